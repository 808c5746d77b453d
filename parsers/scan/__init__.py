"""From a page's pixels to blocks: ruled cells, lines, paragraphs."""
