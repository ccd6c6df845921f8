"""Question -> reading -> evidence -> answer -> reply. This room knows no HTTP and no askers' numbers; ``web`` imports it."""
