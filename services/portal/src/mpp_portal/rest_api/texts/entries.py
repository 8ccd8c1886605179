"""Lists of entries in a form: their numbers and buttons."""

from mpp_runtime.errors import Text

TEXTS = {
    "entry_of": Text("{label} dari {count}", "{label} of {count}"),
    "entry_remove": Text("Hapus", "Remove"),
    "entry_least": Text("Paling sedikit {count}.", "At least {count}."),
    "entry_most": Text("Paling banyak {count}.", "At most {count}."),
    "entry_added": Text(
        "Isian baru ada di bawah. Yang sudah Anda tulis tetap ada.",
        "The new one is below. What you wrote is still here.",
    ),
    "entry_removed": Text("Sudah dihapus. Yang lain tetap ada.", "Removed. The others are still here."),
    "entry_none": Text("Belum ada.", "None yet."),
}
