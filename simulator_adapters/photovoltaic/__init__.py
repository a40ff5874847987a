"""PV inverters and storage: SunSpec devices over Modbus TCP, real or simulated.

Import from the modules: `checking` (tasks and candidates' settings), `adapter`, `device`. Nothing loads here, so that
reading a settings task needs no Modbus library.
"""
