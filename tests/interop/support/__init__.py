"""What the drivers of other people's programs share."""
