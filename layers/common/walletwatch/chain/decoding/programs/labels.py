"""Programs known by name only: what they did is told by the balances."""

from typing import Final

from walletwatch.chain.decoding.layouts import program

_LABELS: Final = (
    ("Config1111111111111111111111111111111111111", "Config"),
    ("BPFLoader2111111111111111111111111111111111", "Program loader"),
    ("routeUGWgWzqBWFcrCfv8tritsqukccJPu3q5GPP3xS", "Raydium"),
    ("AmM55ShdkoGRB5jVYPjWziwk8m5MpwyDgsMWHaMSQWH6", "Aldrin"),
    ("CURVGoZn8zycx6FXwwevgBTB2gVvdbGTEpvMJDbgs2t4", "Aldrin"),
    ("SSwpMgqNDsyV7mAgN9ady8bDVu5ySjmmXejXvy2vLt1", "Step"),
    ("MERLuDFBMmsHnsBPZw2sDQZHvXFMwp8EdjudcU2HKky", "Mercurial"),
    ("HyaB3W9q6XdA5xwpU4XnSZV94htfmbmqJXZcEbRaJutt", "Invariant"),
    ("CLMM9tUoggJu2wagPkkqs9eFG4BWhVBZWkP1qv3Sp7tR", "Crema"),
    ("EewxydAPCCVuNEyrVN68PuSYdQ7wKn27V9Gjeoi8dy3S", "Lifinity"),
    ("2wT8Yq49kHgDzXuPxZSaeLaH1qbmGXtEyPy64bL7aD3c", "Lifinity"),
    ("obriQD1zbpyLz95G5n7nJe6a4DPjpFwa5XYPoNm113y", "Obric"),
    ("SoLFiHG9TfgtdUXUjWAxi3LtvYuFyDLVhBWxdMZxyCe", "SolFi"),
    ("ZERor4xhbUycZ6gb9ntrhqscUcZmAbQDjEAtCf4hbZY", "ZeroFi"),
    ("JUP3c2Uh3WA4Ng34tw6kPd2G4C5BB21Xo36Je1s32Ph", "Jupiter"),
    ("JUP2jxvXaqu7NQY1GmNF4m1vodw12LVXYxbFL2uJvfo", "Jupiter"),
    ("SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf", "Squads"),
    ("SMPLecH534NA9acpos4G6x7uf3LWbCAwZQE9e8ZekMu", "Squads"),
    ("worm2ZoG2kUd4vFXhvjh93UUH596ayRfgQ2MgjNMTth", "Wormhole"),
    ("auth9SigNpDKz4sJJ1DfCTuZrZNSAgh9sFD3rboVmgg", "Metaplex"),
    ("hausS13jsjafwWwGqZTUQRmWyvyxn9EQpqMwV1PBBmk", "Metaplex"),
    ("J88B7gmadHzTNGiy54c9Ms8BsEXNdB2fntFyhKpk3qoT", "Chainflip"),
    ("namesLPneVptA9Z5rqUDD9tMTWEJwofgaYwp8cawRkX", "Name Service"),
)

PROGRAMS: Final = tuple(program(address, label) for address, label in _LABELS)
