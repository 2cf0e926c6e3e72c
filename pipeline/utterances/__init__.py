"""Follow what was said through the stories: quotes of the same words are one utterance."""
