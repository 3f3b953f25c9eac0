"""Parts of an author's manuscript, made of executed points: numbers, tables, figures, references, and their lock."""
