// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Packages.Repositories;

/// <summary>Held while something of a home's repositories changes, against another program that changes it, too. Gone with its process.</summary>
internal static class StoreLock
{
    /// <summary>Throws a <see cref="RepositoryException"/> when another program holds it.</summary>
    public static IDisposable Take(string directory, string what)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return Hold(Path.Combine(directory, ".lock"), what);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new RepositoryException($"{what} cannot be changed: {fault.Message}");
        }
    }

    private static FileStream Hold(string file, string what)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new RepositoryException($"another pelago changes {what} now: try again when it is done");
        }
    }
}
