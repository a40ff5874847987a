# Thin wrappers: a machine without make types the commands.
PYTHON ?= python3

.PHONY: demo test check prove

demo: # the main job on sample content; then the installation stays up with its links
	$(PYTHON) manage.py demo

test: # the tests that fit any machine, in under 90 seconds
	$(PYTHON) manage.py test

check: # lint, format, types, import contracts, migrations, and whether this installation is safe to run
	$(PYTHON) manage.py lint
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py selfcheck

prove: # the full counts; hours, not minutes
	$(PYTHON) manage.py prove
