# One word a command. `make demo` and `make test` are all that a newcomer needs; `make help` lists the rest.
PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin
export YOLO_OFFLINE := 1
export YOLO_CONFIG_DIR := $(CURDIR)/var/ultralytics
export ULTRALYTICS_SAFE_LOAD := 1
export PYTHONPATH := $(CURDIR):$(CURDIR)/platform

.PHONY: help setup demo test lint types arrows messages check check-cards benchmarks clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# The stamp is newer than requirements.txt exactly when what it lists is installed.
.venv/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or say PYTHON=…" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@mkdir -p var/ultralytics
	@touch $@

setup: .venv/installed ## the virtual environment in .venv, with the pinned dependencies

demo: setup ## set up everything and serve the demo course on 127.0.0.1 (PORT=8000)
	@DLCV_DEMO=1 exec $(BIN)/python manage.py demo --port $(PORT)

test: setup ## set up and run the tests (browser tests skip when there is no Chromium)
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest -n auto

lint: setup ## ruff: style, imports, banned calls
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict
	$(BIN)/mypy ml grader challenges platform fixtures client/dlcv

arrows: setup ## import-linter: who may import whom
	$(BIN)/lint-imports

messages: setup ## gather the site's sentences for translation and compile them (needs gettext)
	cd platform && ../$(BIN)/python ../manage.py makemessages --locale fr --no-wrap --no-location
	$(BIN)/python manage.py compilemessages --locale fr

check-cards: setup ## try every quest: keys of sample variants, examples judged as they say
	$(BIN)/python -m grader cards --weights fixtures/weights/course_yolov5nu.pt

check: lint types arrows check-cards test ## what CI runs

benchmarks: setup ## print every benchmark's table
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

clean: ## forget the demo (database, uploads, data sets); the virtual environment stays
	rm -rf var
