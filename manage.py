#!/usr/bin/env python3
"""The one entry. When Django is missing it makes `.venv` from requirements.lock, shows it, and starts again inside it.

Kept to what any Python of the last fifteen years can read, so that an old one can say that it is too old.
"""

from __future__ import print_function

import os
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
LOCK = os.path.join(ROOT, "requirements.lock")
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, ".lock")
PYTHON = os.path.join(VENV, "bin", "python")
NEEDED = ("django", "channels", "celery", "ninja", "uvicorn", "whitenoise", "structlog", "yaml", "numpy", "lxml")
CANNOT_START = 2


def refuse(sentence):
    print(sentence, file=sys.stderr)
    sys.exit(CANNOT_START)


def say(sentence):
    print(sentence, file=sys.stderr)
    sys.stderr.flush()


def check_python():
    if sys.version_info[:2] < OLDEST:
        refuse(
            "Assayer needs Python %d.%d or newer and this is %d.%d (%s):"
            " install a newer one and start manage.py with it."
            % (OLDEST + tuple(sys.version_info[:2]) + (sys.executable,))
        )


def lock_digest():
    import hashlib

    with open(LOCK, "rb") as lock:
        return hashlib.sha256(lock.read()).hexdigest()


def stamped():
    try:
        with open(STAMP) as stamp:
            return stamp.read().strip()
    except IOError:
        return ""


def inside_venv():
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def usable_here():
    """An environment somebody made and activated is taken as it is, when it holds what we need to start."""
    from importlib.util import find_spec

    return not inside_venv() and all(find_spec(name) for name in NEEDED)


def prepare():
    """Make or refresh .venv; processes that start at the same time wait for the first one."""
    import fcntl

    with open(LOCK, "rb") as lock:  # the lock file is also what is locked: no further file is left behind
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except IOError:
            say("Another process is preparing .venv; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        digest = lock_digest()
        if stamped() == digest:
            return
        try:
            make_environment()
            install()
            with open(STAMP + ".part", "w") as stamp:
                stamp.write(digest + "\n")
            os.replace(STAMP + ".part", STAMP)
        except OSError as error:
            refuse(
                "The folder .venv could not be written (%s): make room, or make %s writable." % (error.strerror, ROOT)
            )


def make_environment():
    import subprocess

    try_it = "import sys, pip._internal.cli.main; sys.exit(sys.version_info[:2] < %r)" % (OLDEST,)
    works = os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", try_it], stderr=subprocess.DEVNULL) == 0
    if works:
        say("Bringing .venv to what requirements.lock names.")
        return
    try:
        import ensurepip  # noqa: F401  # Debian ships venv without it
        import venv
    except ImportError:
        refuse(
            "Python's venv module is missing: on Debian or Ubuntu run `apt-get install python%d.%d-venv` as root,"
            " then start again." % sys.version_info[:2]
        )
    say("Making .venv from requirements.lock with Python %d.%d (once)." % sys.version_info[:2])
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        refuse(
            "Python's venv module could not set up pip in .venv: on Debian or Ubuntu run"
            " `apt-get install python%d.%d-venv` as root, then start again." % sys.version_info[:2]
        )


def install():
    """Install exactly what the lock names, showing each package; what pip said is kept in .venv/pip.log."""
    import subprocess

    say("Installing what it names (half a minute or more).")
    story = []
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
    with open(os.path.join(VENV, "pip.log"), "w") as log:
        run = subprocess.Popen(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        for line in run.stdout:
            story.append(line)
            log.write(line)
            if line.startswith("Collecting "):
                say("  " + line.split()[1])
        failed = run.wait()
    if failed:
        refuse(why_not_installed("".join(story)))


def why_not_installed(story):
    kept = " What pip said is in .venv/pip.log."
    if "DO NOT MATCH THE HASHES" in story:
        return "A downloaded package is not the one requirements.lock names: check the package index in use." + kept
    if "No space left" in story:
        return "The disk is full: make room for about 1 GB and start again." + kept
    if "connection broken by" in story or "Could not fetch URL" in story or "ConnectionError" in story:
        return "The package index can't be reached: check the network or pip's settings, then start again." + kept
    if "No matching distribution" in story:
        return "The package index lacks a version that requirements.lock names: check pip's settings." + kept
    return "Installing requirements.lock failed." + kept


def main():
    check_python()
    if not usable_here():
        current = stamped() == lock_digest() and os.path.exists(PYTHON)
        if not current:
            prepare()
        if not (current and inside_venv()):
            os.execv(PYTHON, [PYTHON, os.path.abspath(__file__)] + sys.argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assess.site.settings")
    if sys.argv[1:2] == ["test"]:  # pytest sets Django up in processes of its own: here it would be waited for in vain
        from assess.management.commands.test import Command

        Command().run_from_argv(sys.argv)
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
