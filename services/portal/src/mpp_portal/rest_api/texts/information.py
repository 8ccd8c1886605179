"""Sentences of the pages that explain: help, about, accessibility."""

from mpp_runtime.errors import Text

TEXTS = {
    # Help
    "help_lead": Text(
        "Jawaban singkat untuk pertanyaan yang sering muncul.", "Short answers to what people often ask."
    ),
    "help_account": Text("Apakah saya perlu akun?", "Do I need an account?"),
    "help_account_text": Text(
        "Untuk mencari layanan, melacak, dan memeriksa dokumen: tidak. Untuk mengajukan: ya. Daftar dengan NIK "
        "dan email "
        "atau nomor telepon. Tidak perlu menunggu persetujuan petugas.",
        "Not to search, track or check a document. To apply, yes. Sign up with your NIK and an e-mail address or phone "
        "number. No officer has to approve it.",
    ),
    "help_code": Text("Kode masuk tidak sampai. Bagaimana?", "The sign-in code does not arrive. What now?"),
    "help_code_text": Text(
        "Tunggu satu menit, periksa folder spam, lalu minta kode baru. Pastikan kontak Anda benar. Bila tetap tidak "
        "sampai, datanglah ke mal.",
        "Wait a minute, look into the spam folder, then ask for a new code. Check that the contact is right. If it "
        "still does not arrive, come to the mall.",
    ),
    "help_papers": Text("Foto berkas saya ditolak. Mengapa?", "My photo of a paper is refused. Why?"),
    "help_papers_text": Text(
        "Periksa ukuran dan jenis berkas yang tertulis di sebelah syarat. Foto di tempat terang, seluruh lembar "
        "terlihat.",
        "Check the size and the kind of file that stand beside the requirement. Take the photo in good light, with the "
        "whole sheet in it.",
    ),
    "help_agency_away": Text("“Instansi sedang tidak tersambung” itu apa?", "What is “the agency cannot be reached”?"),
    "help_agency_away_text": Text(
        "Sistem instansi itu sedang tidak menjawab. Anda tetap bisa mengajukan. Berkas Anda menunggu dan "
        "berjalan sendiri "
        "setelah instansi itu tersambung lagi.",
        "The system of that agency does not answer now. You can still apply. Your file waits and moves by itself when "
        "the agency is back.",
    ),
    "help_late": Text("Permohonan saya melewati janji selesai.", "My application is past its promised date."),
    "help_late_text": Text(
        "Buka permohonan Anda atau lacak dengan nomor dan kode. Di sana tertulis siapa yang memegang berkas dan sejak "
        "kapan. Sampaikan nomor itu ke meja pengaduan mal.",
        "Open your application or track it with its number and code. It says who has the file and since when. "
        "Take that "
        "number to the complaints desk of the mall.",
    ),
    "help_correction": Text("Saya diminta memperbaiki sesuatu.", "I was asked to correct something."),
    "help_correction_text": Text(
        "Masuk dan buka permohonan Anda. Yang perlu diperbaiki ditandai satu per satu. Selama Anda memperbaiki, waktu "
        "petugas berhenti.",
        "Sign in and open your application. What needs correcting is marked one by one. While you correct it, the "
        "officers' time stands still.",
    ),
    "help_lost_number": Text("Nomor atau kode pelacakan saya hilang.", "I lost my number or tracking code."),
    "help_lost_number_text": Text(
        "Keduanya ada di tanda terima dan di pesan yang kami kirim. Bila punya akun, masuk dan buka “Permohonan saya”.",
        "Both are on the receipt and in the message we sent. With an account, sign in and open “My applications”.",
    ),
    "help_genuine": Text("Bagaimana memeriksa dokumen?", "How do I check a document?"),
    "help_genuine_text": Text(
        "Pindai QR di dokumen dengan kamera, ketik kode di bawahnya, atau unggah PDF-nya di halaman Periksa dokumen.",
        "Scan the QR on it with a camera, type the code below it, or upload the PDF on the page Check a document.",
    ),
    "help_data": Text("Siapa yang melihat data saya?", "Who sees my data?"),
    "help_data_text": Text(
        "Hanya petugas yang memproses permohonan Anda. Setiap kali petugas membukanya, itu dicatat, dan Anda "
        "bisa melihat "
        "catatannya di akun Anda.",
        "Only officers who work on your application. Each time one opens it, that is written down, and you can see the "
        "record in your account.",
    ),
    "help_desk": Text("Dibantu di mal", "Help at the mall"),
    "help_desk_text": Text(
        "Tidak punya ponsel, atau kesulitan mengisi? Datanglah ke mal. Petugas loket membantu, akun tetap milik Anda.",
        "No phone, or trouble with the form? Come to the mall. Officers at the counter help, and the account "
        "stays yours.",
    ),
    "help_bring_card": Text("Bawa KTP atau Kartu Keluarga.", "Bring your identity or family card."),
    "help_bring_papers": Text(
        "Bawa berkas yang tertulis di halaman layanan.", "Bring the papers that the page of the public service lists."
    ),
    "help_bring_phone": Text(
        "Bila ada, bawa ponsel untuk menerima kode.", "Bring a phone to receive the code, if you have one."
    ),
    "help_bring_priority": Text(
        "Lansia, ibu hamil, dan penyandang disabilitas didahulukan.",
        "Elderly people, pregnant women and people with disabilities come first.",
    ),
    "help_contact": Text("Menghubungi mal", "Contact of the mall"),
    "help_contact_text": Text(
        "Ini demonstrasi: mal di sini tidak punya telepon atau alamat sungguhan. Saat dipakai suatu daerah, "
        "alamat, jam buka, "
        "dan nomor telepon mal daerah itu tertulis di sini.",
        "This is a demonstration: the malls here have no real phone or address. Where a region uses it, the address, "
        "hours and phone number of its mall stand here.",
    ),
    # About
    "about_what": Text(
        "MPP Digital adalah mal pelayanan publik daring: satu tempat untuk mencari layanan, mengajukan, mengikuti, dan "
        "menerima dokumen. Setiap instansi tersambung dengan caranya sendiri; bila satu terganggu, yang lain "
        "tetap jalan.",
        "MPP Digital is an online mall of public services: one place to find a service, apply, follow the file and "
        "receive the document. Each agency connects in its own way; if one is in trouble, the others go on.",
    ),
    "about_simulated": Text("Instansi yang ditirukan", "Simulated agencies"),
    "about_simulated_text": Text(
        "Sistem instansi berikut ditirukan. Tidak ada yang tersambung ke sistem pemerintah yang sebenarnya.",
        "The systems of these agencies are imitated. Nothing is connected to a real government system.",
    ),
    "about_data": Text("Data", "Data"),
    "about_data_text": Text(
        "Semua orang di demonstrasi ini rekaan. Jangan menulis data pribadi yang sebenarnya.",
        "All people in this demonstration are made up. Do not enter real personal data.",
    ),
    "about_licence": Text("Lisensi dan sumber", "Licence and source"),
    "about_licence_text": Text(
        "Lisensi Apache 2.0. Kode sumbernya terbuka; setiap daerah boleh memakai, mengubah, dan membagikannya.",
        "Apache 2.0 licence. The source is open; any region may use, change and share it.",
    ),
    # Accessibility
    "accessibility_lead": Text(
        "Halaman ini dibuat agar bisa dipakai semua orang, juga dengan ponsel lama dan koneksi lambat.",
        "These pages are made so that everybody can use them, on an old phone and a slow line too.",
    ),
    "access_script": Text("Semua bisa dipakai tanpa JavaScript.", "Everything works without JavaScript."),
    "access_small": Text(
        "Pas di layar selebar 320 piksel dan tetap terbaca bila diperbesar.",
        "It fits a screen of 320 pixels and can be read when enlarged.",
    ),
    "access_keyboard": Text("Semua bisa dipakai dengan papan ketik.", "Everything can be done with a keyboard."),
    "access_reader": Text(
        "Setiap isian punya nama, petunjuk, dan pesan kesalahan yang dibacakan pembaca layar.",
        "Each field has a name, a hint and an error that screen readers say.",
    ),
    "access_colour": Text(
        "Kontras warna cukup, terang dan gelap; tidak ada arti yang hanya disampaikan lewat warna.",
        "Colours have enough contrast, light and dark; nothing is said by colour alone.",
    ),
    "access_words": Text(
        "Kalimat pendek, kata sehari-hari, bahasa Indonesia dan Inggris.",
        "Short sentences, everyday words, Indonesian and English.",
    ),
    "access_time": Text(
        "Yang Anda tulis tidak hilang bila waktu masuk habis atau koneksi putus.",
        "What you write is not lost when your sign-in ends or the line breaks.",
    ),
    "access_measured": Text("Yang diukur", "What is measured"),
    "access_measured_text": Text(
        "Acuannya WCAG 2.2 tingkat AA. Pemeriksaan otomatis dijalankan pada setiap perubahan.",
        "The measure is WCAG 2.2 level AA. Automatic checks run at every change.",
    ),
    "access_gaps": Text("Yang belum", "What is missing"),
    "access_gaps_text": Text(
        "Belum diuji bersama penyandang disabilitas. Dokumen PDF yang diterbitkan belum diperiksa dengan "
        "pembaca layar.",
        "It has not been tested together with people with disabilities. The PDF documents it issues have not "
        "been checked "
        "with screen readers.",
    ),
    "access_tell": Text("Menemukan hambatan?", "Found a barrier?"),
    "access_tell_text": Text(
        "Sampaikan di repositori sumber terbuka proyek ini, atau ke meja bantuan mal.",
        "Tell us in this project's open-source repository, or at the help desk of a mall.",
    ),
}
