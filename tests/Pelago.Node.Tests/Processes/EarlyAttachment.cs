// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Processes;

/// <summary>What every runtime with real processes owes one who attaches to a container that has just started.</summary>
internal static class EarlyAttachment
{
    public static async Task SeesEverythingAsync(
        IPodRuntime runtime, PodSandboxSpec pod, Func<string, ContainerSpec> shell, Func<ContainerSpec, string> log, CancellationToken cancel)
    {
        string sandbox = await runtime.RunPodSandboxAsync(pod, cancel);
        ContainerSpec spec = shell("echo same; echo same; echo wrong >&2; read line; echo same; echo $line") with { Stdin = true, StdinOnce = true };
        string id = await runtime.CreateContainerAsync(sandbox, spec, cancel);
        await runtime.StartContainerAsync(id, cancel);
        await Eventually.TrueAsync(() => log(spec).Split('\n').Length == 4, cancel);

        await using IProcessSession session = await runtime.AttachAsync(id, new AttachSpec { Stdin = true }, cancel);
        await session.Stdin!.WriteAsync("over\n"u8.ToArray(), cancel);
        await session.Stdin.DisposeAsync();

        Assert.Equal("same\nsame\nsame\nover\n", await new StreamReader(session.Stdout!).ReadToEndAsync(cancel));
        Assert.Equal("wrong\n", await new StreamReader(session.Stderr!).ReadToEndAsync(cancel));
    }
}
