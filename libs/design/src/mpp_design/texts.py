"""What the components say by themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """A sentence in both languages."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.id


TEXTS = {
    "design_brand": Pair("MPP Digital", "MPP Digital"),
    "design_brand_line": Pair("Mal pelayanan publik", "Mall of public services"),
    "design_skip": Pair("Langsung ke isi", "Skip to content"),
    "design_menu": Pair("Menu", "Menu"),
    "design_nav": Pair("Menu utama", "Main menu"),
    "design_where": Pair("Anda di sini", "You are here"),
    "design_other_language": Pair("English", "Bahasa Indonesia"),
    "design_independent": Pair(
        "Proyek sumber terbuka yang mandiri, bukan layanan resmi kementerian dengan nama yang sama.",
        "An independent open-source project, not the ministry's own service of the same name.",
    ),
    "design_demo": Pair(
        "Demonstrasi: semua orang, berkas, dan instansi di sini tiruan.",
        "Demonstration: all people, files and agencies here are made up.",
    ),
    "design_optional": Pair("tidak wajib", "optional"),
    "design_choose": Pair("Pilih satu", "Choose one"),
    "design_problem": Pair("Ada yang perlu diperbaiki", "Something needs attention"),
    "design_error": Pair("Salah", "Error"),
    "design_more": Pair("Muat lagi", "Load more"),
    "design_steps": Pair("Langkah", "Steps"),
    "design_step": Pair("Langkah {number} dari {count}", "Step {number} of {count}"),
    "design_step_done": Pair("sudah diisi", "done"),
    "design_file_limit": Pair("Paling besar {size}.", "{size} at most."),
}
