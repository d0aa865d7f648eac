#!/bin/sh
# Mounts an EBS volume that is attached to this server, now and at every boot. It is found by its id, never by the order in
# which disks appeared; it is never formatted; what is not ours is never touched. Safe to run twice.
#
#   mount.sh VOLUME_ID MOUNT_PATH [DEVICE] [FILE_SYSTEM]
#
# DEVICE is the attachment point, for Xen servers, whose disks do not tell which volume they are. FILE_SYSTEM, ext4 or xfs,
# is what must be on the volume, where that is known.
#
# The last line on stdout is JSON: {"volume":"vol-…","device":"/dev/…","path":"/…","state":"mounted|already-mounted"}.
# Any other end is a refusal, one line on stderr and a status of its own:
#   64 wrong parameters                      70 the volume did not appear           71 no file system on it
#   72 several partitions                    73 not a file system that we mount     74 the mount point is no directory
#   75 the mount point is not empty          76 another volume is mounted there     77 the volume is mounted elsewhere
#   78 fstab mounts something else there     79 the file system needs repair        80 mount failed
#   81 what is mounted is not the volume     82 it cannot be written to             83 another run did not end
set -eu
export LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin:${PATH:-}

# Tests put the roots elsewhere; a server has no reason to.
sys=${LIFEBOAT_SYS:-/sys}
dev=${LIFEBOAT_DEV:-/dev}
fstab=${LIFEBOAT_FSTAB:-/etc/fstab}
lock=${LIFEBOAT_LOCK:-/run/lifeboat-mount.lock}
wait_seconds=${LIFEBOAT_WAIT_SECONDS:-60}
lock_seconds=${LIFEBOAT_LOCK_SECONDS:-120}

refuse() {
  code=$1
  shift
  printf '%s\n' "$*" >&2
  exit "$code"
}

# --- parameters: nothing that a shell, fstab or JSON would read as more than a name gets further than here ---

volume=${1:-}
path=${2:-}
device_name=${3:-}
expected=${4:-}

case ${volume#vol-} in
  "$volume" | '' | *[!0-9a-f]*) refuse 64 "not a volume id: $volume" ;;
esac
case $path in
  /*[!A-Za-z0-9._/-]* | */ | *//* | */.* | */-* | [!/]* | '') refuse 64 "not a mount path: $path" ;;
esac
case ${device_name#/dev/} in
  '') ;;
  "$device_name" | *[!a-z]*) refuse 64 "not a device name: $device_name" ;;
esac
case $expected in
  '' | ext4 | xfs) ;;
  *) refuse 64 "not a file system that Lifeboat mounts: $expected" ;;
esac

# --- the disk ---

# Nitro disks tell the volume id, without its dash, as their serial number (EBS User Guide, NVMe).
serial="vol${volume#vol-}"

find_disk() {
  for file in "$sys"/block/*/device/serial "$sys"/block/*/serial; do
    [ -r "$file" ] || continue
    found=
    read -r found <"$file" || :
    [ "$found" = "$serial" ] || [ "$found" = "$volume" ] || continue
    disk=${file#"$sys"/block/}
    disk=${disk%%/*}
    return 0
  done
  link="$dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial"
  if [ -b "$link" ]; then
    disk=$(basename "$(readlink -f "$link")")
    return 0
  fi
  find_xen_disk
}

# On Xen /dev/sdf appears as itself or as /dev/xvdf. A disk with a serial number is an NVMe disk under a borrowed name,
# and its serial number has just been seen to be another one.
find_xen_disk() {
  [ -n "$device_name" ] || return 1
  for name in "${device_name#/dev/}" "xvd${device_name#/dev/sd}"; do
    [ -b "$dev/$name" ] || continue
    disk=$(basename "$(readlink -f "$dev/$name")")
    [ ! -e "$sys/block/$disk/device/serial" ] && [ ! -e "$sys/block/$disk/serial" ] || continue
    return 0
  done
  return 1
}

wait_for_disk() {
  waited=0
  until find_disk; do
    [ "$waited" -lt "$wait_seconds" ] ||
      refuse 70 "$volume did not appear as a disk within $wait_seconds s; is it attached to this server?"
    waited=$((waited + 1))
    sleep 1
  done
}

# The whole disk, or its only partition.
choose_device() {
  device=$(readlink -f "$dev/$disk")
  partition=
  count=0
  for entry in "$sys/class/block/$disk/$disk"*; do
    [ -e "$entry/partition" ] || continue
    count=$((count + 1))
    partition=${entry##*/}
  done
  [ "$count" -le 1 ] || refuse 72 "$volume has $count partitions, and nothing says which one to mount"
  [ "$count" -eq 0 ] || device=$(readlink -f "$dev/$partition")
}

# --- the file system ---

# Low-level probing asks the disk itself: a cache may remember what was on another disk under this name.
probe() {
  blkid -p -o value -s "$1" "$2" 2>/dev/null || :
}

identify() {
  type=$(probe TYPE "$device")
  uuid=$(probe UUID "$device")
  [ -n "$type" ] || refuse 71 "no file system on $volume; Lifeboat never formats"
  case $type in
    ext4 | xfs) ;;
    *) refuse 73 "$volume holds $type; Lifeboat mounts ext4 and xfs" ;;
  esac
  [ -z "$expected" ] || [ "$type" = "$expected" ] || refuse 73 "$volume holds $type, and $expected was expected"
}

# A volume made from a snapshot has the UUID of every other one made from it.
uuid_is_ambiguous() {
  for other in "$sys"/class/block/*; do
    other=$(readlink -f "$dev/${other##*/}")
    [ -b "$other" ] && [ "$other" != "$device" ] || continue
    [ "$(probe UUID "$other")" != "$uuid" ] || return 0
  done
  return 1
}

# XFS refuses a second mount of one UUID (XFS FAQ); ext4 does not mind.
choose_options() {
  options=
  source="UUID=$uuid"
  uuid_is_ambiguous || return 0
  [ "$type" != xfs ] || options=,nouuid
  source=$device
  link="$dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial"
  [ -z "$partition" ] || link="$link-part${partition#"$disk"p}"
  [ ! -b "$link" ] || source=$link
}

# ext4 replays its journal at the mount. What -p repairs besides needs no answer; what it does not repair needs a person.
# XFS replays its log at the mount, and xfs_repair must not run before (xfs_repair(8)).
preen() {
  [ "$type" = ext4 ] && command -v e2fsck >/dev/null || return 0
  status=0
  said=$(e2fsck -p "$device" 2>&1) || status=$?
  [ "$status" -le 1 ] || refuse 79 "$volume needs repair by a person: e2fsck -p ended $status: $(printf '%s' "$said" | tail -n 1)"
}

# --- the mount point ---

# The kernel's number of what is mounted at the path, of the last mount where several lie on each other.
number_at() {
  findmnt -rn -o MAJ:MIN -M "$1" | tail -n 1 | tr -d ' '
}

number_of() {
  mountpoint -x "$1"
}

look_at_mount_point() {
  [ "$(readlink -m "$path")" = "$path" ] || refuse 74 "$path leads elsewhere by a symbolic link"
  [ ! -e "$path" ] || [ -d "$path" ] || refuse 74 "$path is not a directory"
  state=mounted
  mounted=$(number_at "$path")
  if [ -n "$mounted" ]; then
    [ "$mounted" = "$(number_of "$device")" ] ||
      refuse 76 "$(findmnt -rn -o SOURCE -M "$path" | tail -n 1) is mounted at $path already"
    state=already-mounted
    return 0
  fi
  elsewhere=$(findmnt -rn -o TARGET -S "$device" | head -n 1)
  [ -z "$elsewhere" ] || refuse 77 "$volume is mounted at $elsewhere already"
  [ ! -d "$path" ] || [ -z "$(ls -A "$path")" ] || refuse 75 "$path is not empty; a mount would hide what is in it"
}

# A refusal after the mount leaves the server as it was.
leave_nothing() {
  [ "$state" = mounted ] || return 0
  [ -z "$(number_at "$path")" ] || umount "$path"
  [ -z "$made" ] || rmdir "$path"
}

mount_volume() {
  made=
  [ -d "$path" ] || made=yes
  mkdir -p "$path"
  if ! said=$(mount -t "$type" -o "rw$options" "$device" "$path" 2>&1); then
    leave_nothing
    refuse 80 "mount of $volume at $path failed: $(printf '%s' "$said" | head -n 1)"
  fi
}

verify() {
  [ "$(number_at "$path")" = "$(number_of "$device")" ] || refuse 81 "what is mounted at $path is not $volume"
  mark="$path/.lifeboat-write-check.$$"
  if ! (: >"$mark") 2>/dev/null; then
    leave_nothing
    refuse 82 "$volume cannot be written to at $path"
  fi
  rm -f "$mark"
}

# --- fstab ---

# Ours is the line that says so in an option, which mount and systemd skip (mount(8), x-*). Only that one is ever replaced.
# A line of someone else's for this path is good when it means this volume, as that of the image it came with does.
look_at_fstab() {
  kept=
  [ -e "$fstab" ] || return 0
  theirs=$(awk -v path="$path" \
    '$1 !~ /^#/ && $2 == path && !index("," $4, ",x-lifeboat.volume=") { print $1 }' "$fstab" | tail -n 1)
  [ -n "$theirs" ] || return 0
  case $theirs in
    "UUID=$uuid" | "UUID=\"$uuid\"") kept=yes ;;
    /*) [ "$(readlink -f "$theirs")" != "$device" ] || kept=yes ;;
  esac
  [ -n "$kept" ] || refuse 78 "$fstab mounts $theirs at $path; remove that line, or choose another path"
}

# The lines of fstab without ours for this path or this volume.
other_lines() {
  awk -v path="$path" -v mine=",x-lifeboat.volume=$volume," \
    '$1 ~ /^#/ || !index("," $4, ",x-lifeboat.volume=") || ($2 != path && !index("," $4 ",", mine))' "$fstab"
}

# In one stroke, so that a crash leaves the old file or the new one. nofail: a server boots without its volume.
write_fstab() {
  line=
  pass=0
  [ "$type" != ext4 ] || pass=2
  [ -n "$kept" ] ||
    line="$source $path $type defaults,nofail,x-systemd.device-timeout=30s$options,x-lifeboat.volume=$volume 0 $pass"
  new="$fstab.lifeboat.$$"
  if [ -e "$fstab" ]; then
    cp --preserve=all "$fstab" "$new"
    other_lines >"$new"
  else
    : >"$new"
    chmod 644 "$new"
  fi
  [ -z "$line" ] || printf '%s\n' "$line" >>"$new"
  if [ -e "$fstab" ] && cmp -s "$fstab" "$new"; then
    rm -f "$new"
    return 0
  fi
  sync "$new"
  mv -f "$new" "$fstab"
  # systemd makes its mount units from fstab; with stale ones it may unmount what it does not know.
  if [ "$fstab" = /etc/fstab ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

# Two volumes may be mounted at once, and both runs rewrite fstab.
exec 9>"$lock"
flock -w "$lock_seconds" 9 || refuse 83 "another run of this script did not end within $lock_seconds s"

wait_for_disk
if command -v udevadm >/dev/null; then udevadm settle --timeout=10 || :; fi
choose_device
identify
look_at_mount_point
look_at_fstab
choose_options
if [ "$state" = mounted ]; then
  preen
  mount_volume
fi
verify
write_fstab
printf '{"volume":"%s","device":"%s","path":"%s","state":"%s"}\n' "$volume" "$device" "$path" "$state"
