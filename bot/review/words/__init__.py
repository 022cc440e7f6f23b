"""Every sentence that people read in a review, made from values.

``escape`` makes repository text harmless, ``document`` keeps within GitHub's limits, ``comment``
writes inline comments, ``summary`` the check run. Nothing in here decides what is said or where.
"""
