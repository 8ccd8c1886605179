"""Sentences of the pages of definitions: for operators who write them, and for everybody who reads their history."""

from mpp_runtime.errors import Text

TEXTS = {
    "definition_yes": Text("Ya", "Yes"),
    "definition_no": Text("Tidak", "No"),
    # The list
    "definitions_title": Text("Definisi layanan", "Definitions of public services"),
    "definitions_lead": Text(
        "Satu layanan ditulis sekali untuk seluruh negeri. Dua orang diperlukan untuk menerbitkannya.",
        "A public service is written once for the whole country. Two people are needed to publish it.",
    ),
    "definitions_drafts": Text("Draf yang sedang dikerjakan", "Drafts under way"),
    "definitions_no_drafts": Text("Tidak ada draf.", "There are no drafts."),
    "definitions_services": Text("Layanan yang sudah terbit", "Published public services"),
    "definitions_service": Text("Layanan", "Public service"),
    "definitions_version": Text("Versi", "Version"),
    "definitions_in_force": Text("Berlaku: {version}", "In force: {version}"),
    "definitions_not_in_force": Text("Tidak ada yang berlaku", "None in force"),
    "definitions_state": Text("Keadaan", "State"),
    "definitions_turn": Text("Giliran siapa", "Whose turn"),
    "definitions_problems": Text("Yang perlu diperbaiki", "To mend"),
    "definitions_do": Text("Tindakan", "What to do"),
    "definitions_new_version": Text("Versi baru", "New version"),
    "definitions_history": Text("Riwayat versi", "Versions"),
    "definitions_of": Text("dari {name}", "of {name}"),
    "definitions_new": Text("Layanan baru", "New public service"),
    "definitions_new_code": Text("Kode layanan baru", "Code of the new public service"),
    "definitions_new_code_hint": Text(
        "Huruf kecil, angka, dan tanda hubung, misalnya izin-apotek. Tidak dapat diubah nanti.",
        "Small letters, digits and hyphens, for example pharmacy-permit. It cannot be changed later.",
    ),
    "definitions_copy_of": Text("Salin dari", "Copy of"),
    "definitions_copy_none": Text("Mulai dari kosong", "Begin with an empty one"),
    "definitions_begin": Text("Buat draf", "Make the draft"),
    "definitions_service_missing": Text("Tulis kode layanan.", "Write a code for the public service."),
    "definitions_done": Text("Draf yang sudah selesai", "Finished drafts"),
    "draft_turn_editing": Text("Penulis: {name}", "The author: {name}"),
    "draft_turn_returned": Text("Penulis: {name}", "The author: {name}"),
    "draft_turn_proposed": Text("Operator lain, bukan {name}", "Another operator, not {name}"),
    "draft_state_editing": Text("Sedang ditulis", "Being written"),
    "draft_state_proposed": Text("Menunggu persetujuan", "Waiting for approval"),
    "draft_state_returned": Text("Dikembalikan", "Returned"),
    "draft_state_published": Text("Diterbitkan", "Published"),
    "draft_state_discarded": Text("Dibuang", "Discarded"),
    # A draft
    "draft_title": Text("Draf {service} versi {version}", "Draft of {service}, version {version}"),
    "draft_from": Text("Berdasarkan versi {version}", "Made from version {version}"),
    "draft_next": Text("Langkah berikutnya", "What to do next"),
    "draft_next_mend": Text("Perbaiki bagian “{section}”.", "Mend the part “{section}”."),
    "draft_next_mend_other": Text(
        "Masih ada yang perlu diperbaiki; lihat daftar di bawah.",
        "Something is still to be mended; see the list below.",
    ),
    "draft_next_propose": Text(
        "Semua bagian sudah lengkap. Lihat pratinjau, lalu usulkan untuk diterbitkan.",
        "Every part is complete. Look at the preview, then propose it for publication.",
    ),
    "draft_next_wait": Text(
        "Menunggu operator lain untuk memeriksa dan menyetujui.", "Waiting for another operator to read and approve it."
    ),
    "draft_next_review": Text(
        "Bacalah perbedaan dan pratinjaunya, lalu setujui atau kembalikan.",
        "Read the differences and the preview, then approve or return it.",
    ),
    "draft_next_published": Text("Sudah terbit. Draf ini selesai.", "It is published. This draft is finished."),
    "draft_next_discarded": Text("Draf ini sudah dibuang.", "This draft was discarded."),
    "draft_sections": Text("Bagian-bagian", "Parts"),
    "draft_problems": Text("{count} perlu diperbaiki", "{count} to mend"),
    "draft_complete": Text("Lengkap", "Complete"),
    "draft_preview": Text("Pratinjau", "Preview"),
    "draft_differences": Text("Perbedaan dengan versi {version}", "Differences from version {version}"),
    "draft_history": Text("Riwayat draf", "History of the draft"),
    "draft_yaml": Text("Berkas YAML yang dihasilkan", "The YAML file it makes"),
    "draft_yaml_part": Text("YAML bagian ini", "YAML of this part"),
    "draft_yaml_note": Text(
        "Untuk pembaca teknis. Anda tidak perlu menulisnya.", "For technical readers. You need not write it."
    ),
    "draft_propose": Text("Usulkan untuk diterbitkan", "Propose for publication"),
    "draft_reason": Text("Mengapa diubah?", "Why is it changed?"),
    "draft_reason_hint": Text(
        "Akan dibaca semua orang di riwayat layanan.", "Everybody will read it in the history of the public service."
    ),
    "draft_legal": Text("Dasar hukum perubahan", "Legal reference of the change"),
    "draft_legal_hint": Text(
        "Nama dan nomor peraturan atau keputusan.", "Name and number of the law, rule or decision."
    ),
    "draft_source": Text("Kode sumber", "Code of the source"),
    "draft_review": Text("Pemeriksaan oleh orang kedua", "Review by a second person"),
    "draft_approve": Text("Setujui dan terbitkan", "Approve and publish"),
    "draft_comment": Text("Catatan", "Comment"),
    "draft_return": Text("Kembalikan kepada penulis", "Return to the author"),
    "draft_return_comment": Text("Apa yang harus diperbaiki?", "What is to be mended?"),
    "draft_own_title": Text("Anda tidak dapat menyetujui draf ini", "You cannot approve this draft"),
    "draft_own_proposed": Text(
        "Anda sendiri yang mengusulkannya. Definisi nasional terbit hanya setelah diperiksa orang kedua yang tidak "
        "ikut menulisnya. Mintalah operator lain.",
        "You proposed it yourself. A national definition is published only after a second person, who did not write "
        "it, has read it. Ask another operator.",
    ),
    "draft_own_edited": Text(
        "Anda ikut menulis draf ini. Definisi nasional terbit hanya setelah diperiksa orang kedua yang tidak ikut "
        "menulisnya. Mintalah operator lain.",
        "You wrote a part of this draft. A national definition is published only after a second person, who did not "
        "write it, has read it. Ask another operator.",
    ),
    "draft_discard": Text("Buang draf ini", "Discard this draft"),
    "draft_discard_sure": Text(
        "Ya, saya yakin. Draf tetap tercatat, tetapi tidak dapat dilanjutkan.",
        "Yes, I am sure. The draft stays on record, but cannot be continued.",
    ),
    "draft_sure_missing": Text("Beri tanda bahwa Anda yakin.", "Tick that you are sure."),
    "draft_told_saved": Text("Tersimpan.", "Saved."),
    "draft_told_proposal": Text(
        "Diusulkan. Operator lain dapat memeriksanya.", "Proposed. Another operator can read it."
    ),
    "draft_told_approval": Text("Diterbitkan.", "Published."),
    "draft_told_return": Text("Dikembalikan kepada penulis.", "Returned to the author."),
    "draft_told_begun": Text("Draf sudah dibuat.", "The draft is made."),
    "draft_did_opened": Text("Draf dibuat", "Draft made"),
    "draft_did_edited": Text("Disunting", "Edited"),
    "draft_did_proposed": Text("Diusulkan", "Proposed"),
    "draft_did_returned": Text("Dikembalikan", "Returned"),
    "draft_did_published": Text("Disetujui dan diterbitkan", "Approved and published"),
    "draft_did_discarded": Text("Dibuang", "Discarded"),
    # A section
    "section_names": Text("Nama dan penanggung jawab", "Names and owner"),
    "section_standard": Text("Standar pelayanan (14 komponen)", "Service standard (14 components)"),
    "section_requirements": Text("Persyaratan", "Requirements"),
    "section_form": Text("Isian pemohon", "The applicant's form"),
    "section_times": Text("Jangka waktu", "Durations and time limits"),
    "section_fees": Text("Biaya", "Fees"),
    "section_workflow": Text("Alur kerja", "Workflow"),
    "section_tasks": Text("Tugas instansi", "Agency tasks"),
    "section_outputs": Text("Dokumen hasil", "Outputs"),
    "section_prefill": Text("Isian otomatis", "Prefill"),
    "section_messages": Text("Pesan", "Messages"),
    "section_education": Text("Tips bagi pemohon", "Tips for the applicant"),
    "section_search": Text("Kata pencarian", "Search words"),
    "section_regional": Text("Yang boleh diubah daerah", "What regions may change"),
    "section_save": Text("Simpan", "Save"),
    "section_save_next": Text("Simpan dan lanjut", "Save and go on"),
    "section_all": Text("Semua bagian", "All parts"),
    "section_closed": Text(
        "Draf ini tidak dapat disunting sekarang ({state}).", "This draft cannot be edited now ({state})."
    ),
    "section_problems": Text(
        "Tersimpan. Ini masih perlu diperbaiki sebelum diusulkan", "Saved. To be mended before it is proposed"
    ),
    "section_conflict": Text("Ada yang menyimpan lebih dahulu", "Somebody saved before you"),
    "section_conflict_text": Text(
        "Tulisan Anda masih ada di halaman ini dan belum tersimpan. Lihat versi yang tersimpan, lalu simpan lagi bila "
        "tulisan Anda yang harus dipakai untuk bagian ini.",
        "What you wrote is still on this page and is not saved. Look at what is stored, then save again if yours is to "
        "be used for this part.",
    ),
    "section_conflict_see": Text("Lihat yang tersimpan", "See what is stored"),
    "section_unsaved": Text("Belum tersimpan", "Not saved"),
    "section_names_title": Text("Nama yang boleh dipakai dalam syarat", "Names that may be used in conditions"),
    "section_names_today": Text("tanggal hari ini", "the day of today"),
    "section_kept": Text("Yang tidak diubah di halaman ini", "What is not changed on this page"),
    "section_kept_text": Text("Aturan isian ini tetap seperti adanya.", "These rules of the fields stay as they are."),
    "section_put_in": Text("Tambahkan: {part}", "Add: {part}"),
    "section_take_out": Text("Hapus", "Take out"),
    "section_up": Text("Naik", "Up"),
    "section_down": Text("Turun", "Down"),
    "section_none": Text("Belum ada.", "None yet."),
    "section_to_mend": Text("perlu diperbaiki", "to mend"),
    "section_which": Text("Untuk", "For"),
    "again_definition": Text(
        "Yang Anda tulis belum tersimpan, tetapi masih ada di halaman ini. Kirim lagi sebentar lagi.",
        "What you wrote is not saved, but this page still has it. Send it again shortly.",
    ),
    # The preview
    "preview_banner": Text("Pratinjau, belum diterbitkan", "Preview, not published"),
    "preview_text": Text(
        "Beginilah warga akan melihat draf versi {version} di {mall}.",
        "This is how citizens will see the draft of version {version} at {mall}.",
    ),
    "preview_mall": Text("Lihat seperti di mal", "See it as at the mall"),
    "preview_show": Text("Tampilkan", "Show"),
    "preview_back": Text("Kembali ke draf", "Back to the draft"),
    "preview_apply": Text("Di sini nanti ada tombol untuk mengajukan.", "The button to apply will be here."),
    "preview_not_yet": Text("Belum dapat dipratinjau", "No preview yet"),
    # Differences
    "compare_title": Text("{service}: versi {one} dan {other}", "{service}: version {one} and {other}"),
    "compare_none": Text("Tidak ada perbedaan.", "There is no difference."),
    "compare_words": Text("Yang berubah", "What changed"),
    "compare_beside": Text("Berdampingan", "Side by side"),
    "compare_was": Text("Versi {version}", "Version {version}"),
    "compare_new": Text("Draf baru", "New draft"),
    "compare_absent": Text("Tidak ada", "Not there"),
    "compare_removed": Text("dihapus", "taken out"),
    "compare_added": Text("ditambahkan", "put in"),
    "compare_yaml": Text("Perbedaan sebagai YAML", "The differences as YAML"),
    "compare_choose": Text("Bandingkan dua versi", "Compare two versions"),
    "compare_from": Text("Dari versi", "From version"),
    "compare_to": Text("Ke versi", "To version"),
    "compare_show": Text("Bandingkan", "Compare"),
    "compare_unknown": Text("Pilih dua versi yang ada.", "Choose two versions that exist."),
    # Versions
    "versions_title": Text("Riwayat versi", "Versions"),
    "versions_lead": Text(
        "Versi yang sudah terbit tidak pernah berubah. Permohonan yang berjalan tetap memakai versinya.",
        "A published version never changes. Applications under way keep theirs.",
    ),
    "versions_state_published": Text("Akan berlaku", "Will be in force"),
    "versions_state_in_force": Text("Berlaku", "In force"),
    "versions_state_retired": Text("Tidak berlaku lagi", "No longer in force"),
    "versions_from": Text("Berlaku mulai", "In force from"),
    "versions_until": Text("Berlaku sampai", "In force until"),
    "versions_published": Text("Diterbitkan", "Published"),
    "versions_proposed_by": Text("Diusulkan oleh", "Proposed by"),
    "versions_approved_by": Text("Disetujui oleh", "Approved by"),
    "versions_reason": Text("Alasan", "Reason"),
    "versions_legal": Text("Dasar hukum", "Legal reference"),
    "versions_files": Text("Dimuat dari berkas definisi", "Loaded from the definition files"),
    "versions_compare": Text("Apa yang berubah sejak versi {version}", "What changed since version {version}"),
    "versions_back": Text("Semua versi", "All versions"),
    "versions_retire": Text("Akhiri versi ini", "End this version"),
    "versions_public": Text("Lihat riwayat perubahan layanan ini", "See how this public service changed"),
    "retire_title": Text("Akhiri {service} versi {version}", "End {service}, version {version}"),
    "retire_text": Text(
        "Setelah hari itu layanan versi ini tidak dapat diajukan lagi. Permohonan yang berjalan tetap diselesaikan. "
        "Operator kedua harus menyetujui.",
        "After that day this version can no longer be applied for. Applications under way are still completed. "
        "A second operator must approve.",
    ),
    "retire_last_day": Text("Hari terakhir berlaku", "Last day in force"),
    "retire_ask": Text("Ajukan pengakhiran", "Ask for its end"),
    "retire_asked": Text(
        "{who} meminta versi ini berakhir pada {day}: {reason}", "{who} asks for this version to end on {day}: {reason}"
    ),
    "retire_approve": Text("Setujui pengakhiran", "Approve the end"),
    "retire_own": Text(
        "Anda sendiri yang memintanya. Operator lain harus menyetujui.",
        "You asked for it yourself. Another operator must approve it.",
    ),
    "retire_done": Text(
        "Diakhiri per {day}: {reason} ({legal}). Diajukan oleh {who}, disetujui oleh {second}.",
        "Ended on {day}: {reason} ({legal}). Asked for by {who}, approved by {second}.",
    ),
    "retire_told_retirement": Text(
        "Permintaan tercatat. Operator lain harus menyetujuinya.", "It is noted. Another operator must approve it."
    ),
    "retire_told_retired": Text("Pengakhiran disetujui.", "The end is approved."),
}
