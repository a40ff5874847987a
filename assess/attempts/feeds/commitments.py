"""The ledger commits to feeds, to who made and revoked their keys, and to the messages that were taken."""

from assess.attempts.feeds.models import Feed, FeedKey, FeedMessage
from assess.ledger.registry import register_table

register_table("feed", Feed)
register_table("feed_key", FeedKey)
register_table("feed_message", FeedMessage)
