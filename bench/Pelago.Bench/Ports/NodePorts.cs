// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Pelago.Kube;

namespace Pelago.Bench.Ports;

/// <summary>One port after the other from a node's default window, at every degree of filling; and what many nodes take.</summary>
internal static class NodePorts
{
    private const int Turns = 1_000_000;
    private const int Nodes = 60_000;
    private static readonly PortRange Window = new(31000, 32000);
    private static readonly int[] Percents = [0, 25, 50, 75, 90, 99];

    public static void Measure(Report report, CancellationToken cancel)
    {
        TakeAndRelease(PortSet.Full(Window), Turns);
        double slowest = 0;
        foreach (int percent in Percents)
        {
            cancel.ThrowIfCancellationRequested();
            PortSet free = PortSet.Full(Window);
            int[] taken = new int[Window.Count * percent / 100];
            free.TryTake(taken.AsSpan());
            double mean = TakeAndRelease(free, Turns);
            report.Add($"takeRelease.full{percent}", mean, "ns to take one port and give it back");
            slowest = Math.Max(slowest, mean);
        }
        PortSet fragmented = Fragmented();
        double worst = TakeAndRelease(fragmented, Turns);
        report.Add("takeRelease.fragmented", worst, $"ns with every other port taken, {fragmented.Runs} runs");
        report.Add("takeRelease.slowest", Math.Max(slowest, worst), "ns");
        foreach (int length in (int[])[2, 8, 64])
            report.Add($"run{length}", TakeRun(length), "ns to take so many neighbours above a fragmented half and give them back");
        Spread(report, cancel);
        Contended(report);
    }

    private static PortSet Fragmented()
    {
        PortSet free = PortSet.Full(Window);
        for (int port = Window.First; port <= Window.Last; port += 2)
            free.Remove(port);
        return free;
    }

    private static double TakeAndRelease(PortSet free, int turns)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < turns; i++)
        {
            if (!free.TryTake(out int port) || !free.Add(port))
                throw new InvalidOperationException("a free port could not be taken and given back");
        }
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / turns;
    }

    private static double TakeRun(int length)
    {
        PortSet free = PortSet.Full(Window);
        for (int port = Window.First; port < 31500; port += 2)
            free.Remove(port);
        double mean = 0;
        for (int pass = 0; pass < 2; pass++) // the first one warms
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Turns / 4; i++)
            {
                if (!free.TryTakeRun(length, out PortRange run))
                    throw new InvalidOperationException($"{length} free neighbours were not found");
                free.Add(run);
            }
            mean = Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Turns / 4);
        }
        return mean;
    }

    private static void Spread(Report report, CancellationToken cancel)
    {
        var nodes = new PortSet[Nodes];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < nodes.Length; i++)
            nodes[i] = PortSet.Full(Window);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        report.Add("memory.bytesPerNode", (double)bytes / Nodes, $"bytes a node, measured over {Nodes:#,0}");
        report.Add("memory.nodes60000MiB", bytes / 1048576.0, "MiB");
        cancel.ThrowIfCancellationRequested();
        var random = new Random(60_000);
        int[] order = [.. Enumerable.Range(0, Turns).Select(_ => random.Next(Nodes))];
        long started = Stopwatch.GetTimestamp();
        foreach (int node in order)
        {
            if (!nodes[node].TryTake(out _))
                throw new InvalidOperationException("a node ran out of ports");
        }
        report.Add("spread.take", Stopwatch.GetElapsedTime(started).TotalNanoseconds / Turns, "ns to take a port of any of 60,000 nodes");
    }

    /// <summary>Eight threads, one node, one lock: ten million takes and releases, and no port in two hands.</summary>
    private static void Contended(Report report)
    {
        const int Threads = 8;
        const int Each = 625_000;
        PortSet free = PortSet.Full(Window);
        var turn = new Lock();
        int[] holders = new int[PortRange.MaxPort + 1];
        int twice = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                int port;
                lock (turn)
                    free.TryTake(out port);
                if (Interlocked.Increment(ref holders[port]) != 1)
                    Interlocked.Increment(ref twice);
                Interlocked.Decrement(ref holders[port]);
                lock (turn)
                    free.Add(port);
            }
        }))];
        long started = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        report.Add("contended.operation", Stopwatch.GetElapsedTime(started).TotalNanoseconds / (2 * Threads * Each), "ns an operation of 10 million by 8 threads");
        report.Add("contended.twice", twice, "ports that two held at once");
    }
}
