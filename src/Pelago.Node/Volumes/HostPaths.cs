// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Files;

namespace Pelago.Node.Volumes;

/// <summary>Checks, and where asked to makes, what a hostPath volume names (kubernetes pkg/volume/hostpath/host_path.go@v1.33).</summary>
internal static class HostPaths
{
    public static void Prepare(string path, string? type)
    {
        if (path.Split('/').Contains(".."))
            throw new VolumeException($"hostPath \"{path}\" must not contain '..'");
        if (type is "DirectoryOrCreate" && !Path.Exists(path))
            Directory.CreateDirectory(path);
        else if (type is "FileOrCreate" && !Path.Exists(path))
            File.WriteAllBytes(path, []);
        switch (type)
        {
            case null or "":
                break;
            case "DirectoryOrCreate" or "Directory":
                Require(path, 'd', "directory");
                break;
            case "FileOrCreate" or "File":
                Require(path, 'f', "file");
                break;
            case "Socket":
                Require(path, 's', "socket file");
                break;
            case "CharDevice":
                Require(path, 'c', "character device");
                break;
            case "BlockDevice":
                Require(path, 'b', "block device");
                break;
            default:
                throw new VolumeException($"{type} is an invalid volume type");
        }
    }

    /// <summary>What a link leads to counts, not the link.</summary>
    private static void Require(string path, char type, string words)
    {
        if (FileFacts.Behind(path)?.Type != type)
            throw new VolumeException($"hostPath type check failed: {path} is not a {words}");
    }
}
