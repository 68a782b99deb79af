"""What a person would call it: each rule names a scene, or leaves it to the next. `kinds` orders them."""
