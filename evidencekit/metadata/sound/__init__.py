"""Recordings of sound: MP3, FLAC, Ogg, WAV, AMR; and AVI, which is built like WAV."""
