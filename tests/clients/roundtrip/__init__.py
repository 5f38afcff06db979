"""Random values through a real client's serializers and parsers and through our codecs, and back."""
