"""Webhook events: one file each, which turns a payload into jobs or into nothing.

Pure functions. Nothing here talks to GitHub or to the database, and nothing is decided that needs
either: whether a pull request is still open, or a person may command, is asked when the job runs.
"""

from bot.events.dispatch import Translator, translate, translators
from bot.events.outcome import Delivery, Ignored, Outcome

__all__ = ["Delivery", "Ignored", "Outcome", "Translator", "translate", "translators"]
