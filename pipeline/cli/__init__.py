"""The ``wire`` command: one module a group of commands, each a thin shell around the packages."""

import sys
from importlib import import_module

import typer

from pipeline.cli.console import complain, refuse
from pipeline.errors import ConfigurationError, PipelineError, TransientError

app = typer.Typer(
    name="wire",
    help="A live stream of news stories, understood and made searchable.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _module in ("up", "setup", "feed", "texts", "worker", "serve", "search", "tail", "status", "dead", "replay"):
    import_module(f"pipeline.cli.{_module}").register(app)

EXIT_REFUSED, EXIT_USAGE, EXIT_AWAY = 1, 2, 3


def main() -> None:
    """Run the command; errors become one line on standard error and an exit code."""
    try:
        app()
    except ConfigurationError as error:
        complain(str(error))
        sys.exit(EXIT_USAGE)
    except TransientError as error:
        complain(str(error))
        sys.exit(EXIT_AWAY)
    except PipelineError as error:
        complain(str(error))
        sys.exit(EXIT_REFUSED)
    except BrokenPipeError:
        refuse()
