"""Define the ``wire`` command: one module per group of commands, each a thin layer over the packages."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import stamina
import typer

from pipeline import __version__
from pipeline.cli.console import exit_on_closed_pipe, print_error, print_query_error
from pipeline.errors import ConfigurationError, PipelineError, QueryError, TransientError

EXIT_REFUSED, EXIT_USAGE, EXIT_UNAVAILABLE = 1, 2, 3
MODULES = {
    "up": "up",
    "feed": "feed",
    "demo": "demo",
    "feeds": "feeds",
    "token": "token",
    "search": "search",
    "tail": "tail",
    "alert": "alert",
    "status": "status",
    "trace": "trace",
    "dead": "dead",
    "replay": "replay",
    "separate": "decisions",
    "join": "decisions",
    "decisions": "decisions",
    "kill": "orders",
    "release": "orders",
    "entity": "entity",
    "reindex": "reindex",
    "parse": "offline",
    "formats": "formats",
    "annotate": "offline",
    "kibana": "kibana",
    "setup": "setup",
    "worker": "worker",
    "serve": "serve",
}
"""The commands in the order of the help, and the module of each."""


def build_app(words: Sequence[str] = ()) -> typer.Typer:
    """Return the command line. Only the module of the first command in ``words`` is imported."""
    app = typer.Typer(
        name="wire",
        help="Ingest a live stream of news stories, extract who said what, and search it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # Typer drops the name of a single command.
    app.callback()(_root)
    word = words[0] if words else ""
    needed = () if word == "--version" else [MODULES[word]] if word in MODULES else dict.fromkeys(MODULES.values())
    for module in needed:
        import_module(f"pipeline.cli.{module}").register(app)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"wire {__version__}\n")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    pass


def _reject_undecodable_arguments(words: Sequence[str]) -> None:
    """Reject arguments that are not UTF-8, except file names, which may have any bytes."""
    for word in words:
        if word != word.encode("utf-8", "ignore").decode() and not Path(word).exists():
            raise ConfigurationError(f"{word!a}: not UTF-8")


def main() -> None:
    """Run the command. An error becomes one line on standard error and an exit code."""
    # Log retries only if logging is set up; otherwise stamina would print to standard output.
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        _reject_undecodable_arguments(sys.argv[1:])
        build_app(sys.argv[1:])()
    except QueryError as error:
        print_query_error(error)
        sys.exit(EXIT_USAGE)
    except ConfigurationError as error:
        print_error(str(error))
        sys.exit(EXIT_USAGE)
    except TransientError as error:
        print_error(str(error))
        sys.exit(EXIT_UNAVAILABLE)
    except PipelineError as error:
        print_error(str(error))
        sys.exit(EXIT_REFUSED)
    except BrokenPipeError:
        exit_on_closed_pipe()
