from pipeline.annotate import model


def test_hashtags_are_found_once(nlp):
    (found,) = model.annotate(nlp, [model.AnnotationInput("They wrote #peace and #peace.")])
    assert found.hashtags == ("#peace",)
