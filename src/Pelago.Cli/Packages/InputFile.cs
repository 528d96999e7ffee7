// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Packages;

/// <summary>Files that a line names, read as far as they may go: a pipe of a shell is one, a device without end is not.</summary>
internal static class InputFile
{
    /// <summary>The bytes; what stands in the way ends the command.</summary>
    /// <param name="file">Its path; <c>-</c> is one like others here.</param>
    /// <param name="failure">What was not done, as in <c>the key was not read</c>.</param>
    public static byte[] Read(string file, int most, string failure)
    {
        if (Directory.Exists(file))
            throw new CliException($"{failure}: {file} is a folder, and a file is needed");
        if (!File.Exists(file))
            throw new CliException($"{failure}: there is no file {file}");
        try
        {
            using FileStream source = File.OpenRead(file);
            return Read(source, file, most, failure);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"{failure}: this user may not read {file}");
        }
    }

    public static byte[] Read(Stream source, string name, int most, string failure)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[81920];
        for (int read = source.Read(buffer); read > 0; read = source.Read(buffer))
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > most)
                throw new CliException($"{failure}: {name} has more than {most} bytes, which is as many as are read");
        }

        return bytes.ToArray();
    }
}
