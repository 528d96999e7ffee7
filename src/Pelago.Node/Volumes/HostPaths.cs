// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Node.Volumes;

/// <summary>Checks, and where asked to makes, what a hostPath volume names (kubernetes pkg/volume/hostpath).</summary>
internal static class HostPaths
{
    public static void Prepare(string path, string? type)
    {
        if (path.Split('/').Contains(".."))
            throw new VolumeException($"hostPath \"{path}\" must not contain '..'");
        switch (type)
        {
            case null or "":
                break;
            case "DirectoryOrCreate":
                Directory.CreateDirectory(path);
                break;
            case "FileOrCreate":
                if (!Path.Exists(path))
                    File.WriteAllBytes(path, []);
                Require(File.Exists(path), path, "file");
                break;
            case "Directory":
                Require(Directory.Exists(path), path, "directory");
                break;
            case "File":
                Require(File.Exists(path), path, "file");
                break;
            case "Socket" or "CharDevice" or "BlockDevice":
                Require(Path.Exists(path), path, type);
                break;
            default:
                throw new VolumeException($"{type} is an invalid volume type");
        }
    }

    private static void Require(bool isSo, string path, string kind)
    {
        if (!isSo)
            throw new VolumeException($"hostPath type check failed: {path} is not a {kind}");
    }
}
