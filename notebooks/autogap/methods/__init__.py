"""Pure functions, frames and arrays in, frames out: the economics of the collection."""
