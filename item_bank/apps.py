from django.apps import AppConfig


class ItemBankConfig(AppConfig):
    name = "item_bank"
    verbose_name = "Item bank"
    default_auto_field = "django.db.models.BigAutoField"
