"""What needs attention, worst first: gathered from what families say, from the checks of the content and from what runs, each with an owner."""
