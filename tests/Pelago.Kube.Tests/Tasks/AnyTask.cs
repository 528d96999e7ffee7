// SPDX-License-Identifier: Apache-2.0

using CsCheck;

namespace Pelago.Kube.Tests;

/// <summary>Tasks of small worlds, where names and values meet often.</summary>
internal static class AnyTask
{
    /// <summary>When the tests take place, in seconds since 1970.</summary>
    public const long Now = 1_800_000_000;

    public static readonly Gen<PodTask> One = Gen.Select(
        OneOf("east", "west"), OneOf("shop", "web", "default"), OneOf("web", "web-1", "web-12", "my-web", "db-0", "a"), OneOf("app", "web", "side"),
        Gen.Int[0, 7], Gen.Select(Gen.Int[0, 3], Gen.Long[-1, 300], Gen.Long[0, 5]), Gen.Select(OneOf("", "rack7-1", "rack8-1"), OneOf("blue", "green", "")),
        (cluster, ns, pod, container, state, numbers, texts) => new PodTask
        {
            Pod = new TaskPod
            {
                Cluster = cluster, Namespace = ns, Name = pod, Node = texts.Item1, Created = Now - (numbers.Item3 * 1000),
                Labels = texts.Item2.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["colour"] = texts.Item2 },
            },
            Container = container, State = (TaskState)state, Restarts = numbers.Item1, CpuRequest = numbers.Item2,
            Finished = ((TaskState)state).IsFinished() && numbers.Item1 > 0 ? Now - (numbers.Item3 * 100) : 0,
        });

    /// <summary>No two of them have the same id.</summary>
    public static readonly Gen<PodTask[]> Many = One.Array[0, 40].Select(tasks => tasks.DistinctBy(task => task.QualifiedId).ToArray());

    public static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);
}
