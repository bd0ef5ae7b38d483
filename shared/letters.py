"""Letters that Unicode does not take apart into a plain one and a mark, and how they are written without them."""

PLAIN_LETTERS = {
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "þ": "th",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ə": "e",
}
