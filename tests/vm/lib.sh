# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Faults of a CAN bus, for tests that run inside the VM: `. tests/vm/lib.sh`. POSIX shell.

# require PROGRAM...: a tool that is missing makes a test fail; it is never a reason to skip it.
require() {
  for program; do
    command -v "$program" > /dev/null || {
      echo "the guest has no $program" >&2
      return 1
    }
  done
}

# card_stuck NAME, card_works NAME: the card's interrupts are masked, so the driver never learns that a frame
# was sent, as when nobody acknowledges. The register (IER of the SJA1000) is behind the card's second bar.
# Taking the interface down and up unmasks them too.
card_interrupts() { # NAME OCTAL
  base=$(sed -n '2s/ .*//p' "/sys/class/net/$1/device/resource")
  # shellcheck disable=SC2059 # the format is the byte
  printf "\\$2" | dd of=/dev/port bs=1 conv=notrunc seek=$((base + 4)) status=none
}
card_stuck() { card_interrupts "$1" 000; }
card_works() { card_interrupts "$1" 177; }

# What the driver has handed over earlier goes out with the next interrupt: any frame on the bus makes one.
card_wakes() { # NAME OTHER
  card_works "$1"
  cansend "$2" 7FF#
}

# card_removed NAME: prints the slot, which card_back takes. The interface comes back with a new index.
card_removed() {
  slot=$(basename "$(readlink -f "/sys/class/net/$1/device")")
  echo "$slot" > /sys/bus/pci/drivers/kvaser_pci/unbind
  echo "$slot"
}
card_back() { # SLOT NAME
  echo "$1" > /sys/bus/pci/drivers/kvaser_pci/bind
  ip link set "$2" type can bitrate 500000 restart-ms 100
  ip link set "$2" up
}

# An adapter that the test plays itself: the interface slcan0, on which the adapter says what is given to
# slcan_says: frames (t3052AABB), errors (e1a: no acknowledgement), states (sb000256: bus-off; sp000130:
# error-passive). All that the adapter is told (t35180102...) is in /run/slcan-told.
slcan_start() {
  socat PTY,link=/run/slcan-host,rawer PTY,link=/run/slcan-adapter,rawer &
  echo $! > /run/slcan-pid
  wait_for test -e /run/slcan-adapter || return 1
  # Line discipline 17 (slcan) lasts as long as somebody holds the terminal.
  sleep infinity | slcan_attach -w -n slcan0 /run/slcan-host > /dev/null 2>&1 &
  wait_for test -e /sys/class/net/slcan0 || return 1
  ip link set slcan0 type can bitrate 500000
  cat /run/slcan-adapter > /run/slcan-told 2> /dev/null &
  ip link set slcan0 up
}
slcan_says() { printf '%s\r' "$@" > /run/slcan-adapter; }
slcan_stops_reading() { kill -STOP "$(cat /run/slcan-pid)"; }
slcan_goes_on() { kill -CONT "$(cat /run/slcan-pid)"; }
slcan_unplugged() { kill -9 "$(cat /run/slcan-pid)"; }
# Ends it whatever its state.
slcan_stop() {
  slcan_unplugged 2> /dev/null || true
  wait_for test ! -e /sys/class/net/slcan0
}

# wait_for COMMAND...: until it succeeds, for 5 seconds at most.
wait_for() {
  tries=100
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || {
      echo "in vain waited for: $*" >&2
      return 1
    }
    sleep 0.05
  done
}
