// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Packages.Format;

/// <summary>Reads files that others may be writing: what counts is how much is read, not what the length said before.</summary>
internal static class BoundedFile
{
    /// <summary>The bytes; null when there are more than <paramref name="most"/>. What is no regular file is not opened: a pipe would hold the thread until somebody writes.</summary>
    public static byte[]? Read(string path, int most)
    {
        // What is not there, or not for this user, is said by whoever opens it.
        if (UnixFile.Of(path) is not null && !UnixFile.IsPlain(path))
            throw new IOException($"{path} is no regular file");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        byte[] bytes = new byte[(file.CanSeek ? (int)Math.Min(file.Length, most) : 0) + 1];
        int length = 0;
        for (int read = file.Read(bytes); read > 0; read = file.Read(bytes, length, bytes.Length - length))
        {
            length += read;
            if (length > most)
                return null;
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * length + 4096, most + 1L));
        }

        Array.Resize(ref bytes, length);
        return bytes;
    }
}
