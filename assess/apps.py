from django.apps import AppConfig


class AssessConfig(AppConfig):
    name = "assess"
    label = "assess"
    verbose_name = "Assayer"
    default_auto_field = "django.db.models.BigAutoField"
