// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Local;

namespace Pelago.Node.Files;

/// <summary>Removes what programs of a pod left, whatever they did to it. Nothing may write there any more.</summary>
internal static class DirectoryTree
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>With directories that nobody may write to, ones nested deeper than a path can say, and names that are no text. What is not there is removed.</summary>
    public static void Delete(string root)
    {
        if (!Directory.Exists(root))
            return;
        try
        {
            Directory.Delete(root, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException && Directory.Exists(root))
        {
            // The last is what a path becomes that is too long.
            try
            {
                DeleteFlat(root);
            }
            catch (IOException) when (Directory.Exists(root))
            {
                TreeRemoval.Remove(root);
            }
        }
    }

    /// <summary>Directories within a directory are brought up below the root before it goes, so that no path is longer than two names.</summary>
    private static void DeleteFlat(string root)
    {
        Open(root);
        int moved = 0;
        for (List<string> left = Directories(root); left.Count > 0; left = Directories(root))
        {
            foreach (string directory in left)
            {
                Open(directory);
                foreach (string inner in Directories(directory))
                {
                    Open(inner);
                    string place;
                    do
                        place = Path.Combine(root, $".removed-{moved++}");
                    while (Path.Exists(place));
                    Directory.Move(inner, place);
                }
                Directory.Delete(directory, recursive: true);
            }
        }
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Itself and no link to one: who follows links removes what is not the pod's.</summary>
    private static List<string> Directories(string directory) =>
        [.. new DirectoryInfo(directory).EnumerateDirectories().Where(entry => entry.LinkTarget is null).Select(entry => entry.FullName)];

    private static void Open(string directory)
    {
        if ((File.GetUnixFileMode(directory) & Owner) != Owner)
            File.SetUnixFileMode(directory, Owner);
    }
}
