"""The station agent: runs adapters beside a bench, keeps what they measured on its own disk, sends it when there is a network.

`keys` and `signing` say who speaks, `spool` and `evidence` keep, `uplink` sends, `runner` measures, `keeper` takes what tablets
can't send, `panel` is what a technician sees, and `agent` puts them together. Nothing here knows Django or the server's code.
"""
