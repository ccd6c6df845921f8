"""Open Referral UK (HSDS-UK): the directory as a 3.0 feed, and 1.0 and 3.0 feeds of others as entries.

The format is described at https://docs.openreferraluk.org (3.0, and 1.0 as "application profile") and https://docs.openreferral.org (the HSDS
that it is a profile of). Feeds in the wild keep to it loosely, so reading never fails: what cannot be used is reported and passed over.
"""
