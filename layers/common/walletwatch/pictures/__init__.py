"""Pictures of values, as PNG. Only the function that draws has the layer with what this imports."""
