# Two commands are enough: `make up` to see it, `make test` to check it. docs/operations.md says more.
.PHONY: env up test fast check gates bench lint
BIN := .venv/bin
LIVED := browser journeys admin_ui resident_ui

env: ; @.ci/env
up: env ; @$(BIN)/tongcheng up $(ARGS)
lint: env ; @$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
fast: lint ; @$(BIN)/pytest -q -m "not db and not browser and not thorough" $(foreach place,$(LIVED),--ignore tests/$(place))
check: lint ; @$(BIN)/mypy && $(BIN)/pytest -q -m "not db and not browser" --ignore tests/browser
test: lint ; @$(BIN)/mypy && $(BIN)/pytest -q --scoreboard $(ARGS)
gates: env ; @$(BIN)/pytest -q --gates $(ARGS)
bench: env ; @$(BIN)/tongcheng bench all $(ARGS)
