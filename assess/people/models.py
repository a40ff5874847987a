"""Organisations, accounts, roles, qualifications, conflicts of interest, accommodations."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=username)


class Account(AbstractBaseUser):
    """A person or a named service account. Everything else refers to people by this id."""

    class Kind(models.TextChoices):
        PERSON = "person"
        SERVICE = "service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    email = models.EmailField(unique=True)
    given_name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    objects = AccountManager()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
