# SPDX-License-Identifier: Apache-2.0
# An independent Modbus master (python3-pymodbus): reads registers and prints them, one line a request.
#   read_battery.py tcp HOST PORT | rtu PATH BAUD    UNIT TABLE ADDRESS COUNT ...
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient

kind, place, number, *reads = sys.argv[1:]
if kind == "tcp":
    client = ModbusTcpClient(place, port=int(number), timeout=1, retries=0)
else:
    client = ModbusSerialClient(place, baudrate=int(number), timeout=1, retries=0)
if not client.connect():
    sys.exit("cannot connect")
calls = {
    "holding": client.read_holding_registers,
    "input": client.read_input_registers,
    "coil": client.read_coils,
    "discrete": client.read_discrete_inputs,
}
while reads:
    unit, table, address, count, *reads = reads
    try:
        answer = calls[table](int(address, 0), int(count), slave=int(unit))
    except Exception as error:  # pymodbus raises some and returns others
        answer = error
    if isinstance(answer, Exception) or answer.isError():
        print("error", answer)
    elif hasattr(answer, "registers"):
        print(*answer.registers)
    else:
        print(*(int(bit) for bit in answer.bits[: int(count)]))
client.close()
