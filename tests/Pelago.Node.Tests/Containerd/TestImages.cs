// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Containerd;
using Pelago.Node.Containerd.Images;
using Pelago.Node.Runtimes;
using Xunit;

namespace Pelago.Node.Tests.Containerd;

/// <summary>An image made of this machine's static busybox: no registry is needed.</summary>
internal static class TestImages
{
    public const string Busybox = "docker.io/pelago/busybox:1";
    private const string Program = "/bin/busybox";
    private static readonly string[] Applets =
    [
        "sh", "sleep", "echo", "cat", "ls", "id", "hostname", "touch", "mkdir", "grep", "wc", "nc", "wget", "nslookup", "ip", "env", "pwd", "ps", "head", "awk", "true", "false",
        "kill", "stat", "readlink", "tty", "stty", "test", "printf", "tr", "date", "sort", "dd", "sha256sum", "mount", "ping",
    ];

    /// <summary>Skips a test where containers cannot be run.</summary>
    public static void RequireContainerd()
    {
        string missing = string.Join("; ", new ContainerdTools().Missing());
        Assert.SkipWhen(missing.Length > 0, $"containers cannot be run here: {missing}");
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not there (Debian: apt-get install busybox-static)");
    }

    public static async Task<IReadOnlyList<ImportedImage>> ImportFileAsync(this IImageStore store, string file, CancellationToken cancel)
    {
        await using FileStream archive = File.OpenRead(file);
        return await store.ImportAsync(archive, name: null, cancel);
    }

    /// <param name="names">Further names of the same image.</param>
    public static string WriteBusybox(string file, params string[] names)
    {
        var image = new ImageArchive { Names = [Busybox, .. names], Command = ["/bin/sh", "-c", "echo from the image"], Environment = ["PATH=/bin", "FROM_IMAGE=yes"] };
        image.AddDirectory("bin");
        image.AddFile("bin/busybox", File.ReadAllBytes(Program));
        foreach (string applet in Applets.Distinct())
            image.AddLink($"bin/{applet}", "busybox");
        image.AddDirectory("tmp", (UnixFileMode)0x3ff);
        image.AddDirectory("etc");
        image.AddFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"u8.ToArray());
        image.AddFile("etc/group", "root:x:0:\nnogroup:x:65534:\n"u8.ToArray());
        image.WriteTo(file);
        return file;
    }
}
