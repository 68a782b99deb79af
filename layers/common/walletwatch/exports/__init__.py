"""Files of exports, for people and for the tools they reckon their taxes with."""
