package wire.english;

import java.util.Map;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/** The parts of Elasticsearch's unpublished analysis module that wire uses, from the same Lucene. */
public class English extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of("english", (index, environment, name, settings) -> new Provider(name));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "asciifolding", (index, environment, name, settings) -> new Folding(name),
            "pattern_replace",
            AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> new Replacing(name, settings)),
            "porter_stem", (index, environment, name, settings) -> new Stemming(name)
        );
    }

    private static class Provider extends AbstractIndexAnalyzerProvider<EnglishAnalyzer> {
        private final EnglishAnalyzer analyzer = new EnglishAnalyzer();

        Provider(String name) { super(name); }

        @Override
        public EnglishAnalyzer get() { return analyzer; }
    }

    private static class Folding extends AbstractTokenFilterFactory implements NormalizingTokenFilterFactory {
        Folding(String name) { super(name); }

        @Override
        public TokenStream create(TokenStream stream) { return new ASCIIFoldingFilter(stream); }
    }

    private static class Replacing extends AbstractTokenFilterFactory implements NormalizingTokenFilterFactory {
        private final Pattern pattern;
        private final String replacement;

        Replacing(String name, Settings settings) {
            super(name);
            pattern = Pattern.compile(settings.get("pattern"));
            replacement = settings.get("replacement", "");
        }

        @Override
        public TokenStream create(TokenStream stream) {
            return new PatternReplaceFilter(stream, pattern, replacement, true);
        }
    }

    private static class Stemming extends AbstractTokenFilterFactory {
        Stemming(String name) { super(name); }

        @Override
        public TokenStream create(TokenStream stream) { return new PorterStemFilter(stream); }
    }
}
