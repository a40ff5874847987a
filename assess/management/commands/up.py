"""`manage.py up`: the whole installation in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assess.site import checks, process


class Command(BaseCommand):
    help = "Run web, sockets, worker and beat in one process until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        refused = [check for check in checks.run(mix=checks.mixture(), with_migrations=False) if not check.passed]
        if refused:
            raise CommandError("\n".join(check.sentence for check in refused))
        try:
            bound = process.listen(host, port)
        except process.AddressUnavailable as error:
            raise CommandError(str(error), returncode=2) from error
        if not checks.migrations().passed:
            call_command("migrate", interactive=False, stdout=self.stderr, verbosity=1)
        place = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        process.run(bound=bound, on_ready=lambda: self._announce(place))
        self.stdout.write("Stopped.")

    def _announce(self, place: str) -> None:
        self.stdout.write(f"Assayer is up at {place}/")
        self.stdout.write(f"  API    {place}/api/docs")
        self.stdout.write(f"  Ready? {place}/readyz")
        self.stdout.write("Ctrl+C stops it.")
        self.stdout.flush()
