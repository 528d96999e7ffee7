// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Compression;
using Pelago.Packages.Repositories;

namespace Pelago.Packages.Programs;

/// <summary>Takes the programs out of an archive: files directly in its <c>bin</c>. Whatever else lies there stays there.</summary>
internal static class ProgramArchive
{
    private const int MaxEntries = 10_000;
    private const long MaxBytes = 1024L * 1024 * 1024;
    private const int TypeBits = 0xF000, RegularFile = 0x8000;

    /// <summary>The names of the programs. Throws a <see cref="RepositoryException"/> for what is no archive, or one with too much in it.</summary>
    public static IReadOnlyList<string> Unpack(string archive, string directory)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(archive);
            if (zip.Entries.Count > MaxEntries)
                throw new RepositoryException($"its archive has {zip.Entries.Count} files, at most {MaxEntries} are taken");
            long left = MaxBytes;
            var names = new List<string>();
            foreach (ZipArchiveEntry entry in zip.Entries.Where(IsProgram))
            {
                Copy(entry, Path.Combine(directory, entry.Name), ref left);
                names.Add(entry.Name);
            }

            return names.Count > 0 ? names : throw new RepositoryException("its archive has no programs in bin");
        }
        catch (InvalidDataException fault)
        {
            throw new RepositoryException($"its archive cannot be read: {fault.Message}");
        }
    }

    /// <summary>Names are those of files in one folder, so none leads out of it; links are no programs.</summary>
    private static bool IsProgram(ZipArchiveEntry entry)
    {
        int type = (entry.ExternalAttributes >> 16) & TypeBits;
        return entry.FullName == $"bin/{entry.Name}" && ProgramStore.IsVerb(entry.Name) && type is 0 or RegularFile;
    }

    private static void Copy(ZipArchiveEntry entry, string file, ref long left)
    {
        using Stream packed = entry.Open();
        using FileStream plain = new(file, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[81920];
        for (int read = packed.Read(buffer); read > 0; read = packed.Read(buffer))
        {
            if ((left -= read) < 0)
                throw new RepositoryException($"its archive has more than {MaxBytes} bytes of programs");
            plain.Write(buffer, 0, read);
        }
    }
}
