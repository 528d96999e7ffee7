// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;

namespace Pelago.Bench.Operate;

/// <summary><c>cat</c> and <c>cp</c> of files of every sort, compared by SHA-256: binary, empty, without a last newline, and 1 GiB.</summary>
internal static class FilesPart
{
    private const long Large = 1L << 30;
    private const string Script = "head -c 1073741824 /dev/urandom >large; head -c 3000001 /dev/urandom >binary; : >empty; printf 'one\\ntwo' >unfinished; echo made; exec sleep infinity";

    public static async Task RunAsync(Report report, BenchOptions options, CancellationToken cancel)
    {
        await using OperateScene scene = await OperateScene.StartAsync(["--clusters", "1", "--nodes", "1"], cancel);
        await scene.AddAsync(NumberedWriters.Path, $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"files"},"spec":{"terminationGracePeriodSeconds":0,
             "containers":[{"name":"main","image":"any","command":["/bin/sh","-c",{{{System.Text.Json.JsonSerializer.Serialize(Script)}}}]}]} }
            """, cancel);
        await OperateScene.UntilAsync(async () => (await scene.RunAsync(cancel, "cat", "files")).Text.Contains("made", StringComparison.Ordinal), "the files are made", cancel);
        int differ = 0;
        foreach (string name in new[] { "binary", "empty", "unfinished", "large" })
        {
            string wanted = (await scene.RunAsync(cancel, "ssh", "files", "--", "sha256sum", name)).Checked().Text[..64];
            differ += await CatAsync(report, scene, name, wanted, cancel) == wanted ? 0 : 1;
            differ += await CopyAsync(report, scene, name, cancel) == wanted ? 0 : 1;
            string back = (await scene.RunAsync(cancel, "ssh", "files", "--", "sha256sum", name + ".up")).Checked().Text[..64];
            differ += back == wanted ? 0 : 1;
        }
        report.Add("files.differ", differ, "of 12 copies that are not what was there");
        Ended head = await scene.RunAsync(cancel, "head", "-c", "10", "files", "large");
        report.Add("files.head", head.Took.TotalMilliseconds, "ms for the first bytes of 1 GiB, with the start of the command");
    }

    private static async Task<string> CatAsync(Report report, OperateScene scene, string name, string wanted, CancellationToken cancel)
    {
        long began = Stopwatch.GetTimestamp();
        using Process cat = scene.Start("cat", "files", name);
        cat.StandardInput.Close();
        Task<string> said = cat.StandardError.ReadToEndAsync(cancel);
        string sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(cat.StandardOutput.BaseStream, cancel));
        await cat.WaitForExitAsync(cancel);
        if (cat.ExitCode != 0 || sum != wanted)
            report.Note($"files.cat-{name}", $"exit {cat.ExitCode}: {await said}");
        if (name == "large")
            report.Add("files.cat", Large / 1e6 / Stopwatch.GetElapsedTime(began).TotalSeconds, "MB/s, with the sum");
        return sum;
    }

    /// <summary>There and back again.</summary>
    private static async Task<string> CopyAsync(Report report, OperateScene scene, string name, CancellationToken cancel)
    {
        string here = scene.Beside(name);
        Ended down = (await scene.RunAsync(cancel, "cp", $"files:{name}", here)).Checked();
        Ended up = (await scene.RunAsync(cancel, "cp", here, $"files:{name}.up")).Checked();
        if (name == "large")
        {
            report.Add("files.cpDown", Large / 1e6 / down.Took.TotalSeconds, "MB/s");
            report.Add("files.cpUp", Large / 1e6 / up.Took.TotalSeconds, "MB/s");
        }
        await using FileStream copy = File.OpenRead(here);
        string sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(copy, cancel));
        File.Delete(here);
        return sum;
    }
}
