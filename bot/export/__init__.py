"""A programme's register and material, as staff take them away."""
