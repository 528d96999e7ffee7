// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Serving.Usage;

/// <summary>
/// A reading as the three pages of a kubelet that scrapers know, under upstream's names: <c>/metrics</c> (the agent), <c>/metrics/cadvisor</c>
/// (containers, by what they are) and <c>/metrics/resource</c> (containers, pods and the machine, by name).
/// </summary>
internal static class NodeMetrics
{
    private const string Cpu = "Processor time used since the start.";
    private const string WorkingSet = "Memory that cannot be reclaimed at once.";
    private const string Started = "When the container started, since 1970.";

    public static string Agent(UsageReading reading, string node)
    {
        using Process process = Process.GetCurrentProcess();
        return new MetricsText()
            .Gauge("kubelet_node_name", "The name of the node; always 1.", (MetricsText.Labels(("node", node)), 1))
            .Gauge("kubelet_running_pods", "Pods that have a container running.", ("", reading.Pods.Count))
            .Gauge("kubelet_running_containers", "Containers, by state.", (MetricsText.Labels(("container_state", "running")), reading.Pods.Sum(pod => pod.Containers.Count)))
            .Gauge("kubernetes_build_info", "The release whose behaviour is served; always 1.", (MetricsText.Labels(("git_version", KubernetesVersion.Served)), 1))
            .Counter("process_cpu_seconds_total", "Processor time of the process that the node is part of.", ("", Environment.CpuUsage.TotalTime.TotalSeconds))
            .Gauge("process_resident_memory_bytes", "Memory of the process that the node is part of.", ("", Environment.WorkingSet))
            .Gauge("process_start_time_seconds", "When that process started, since 1970.", ("", Seconds(new DateTimeOffset(process.StartTime))))
            .ToString();
    }

    public static string Containers(UsageReading reading)
    {
        (string Identity, PodUsage Pod, ContainerUsage Container)[] containers =
            [.. reading.Pods.SelectMany(pod => pod.Containers.Select(container => (Identity(pod.Pod, container.Container), pod, container)))];
        string Labels(string identity, string more = "") => $"{{{more}{identity}}}";
        const string Machine = "container=\"\",id=\"/\",image=\"\",name=\"\",namespace=\"\",pod=\"\"";
        const string Total = "cpu=\"total\",";
        return new MetricsText()
            .Gauge("machine_cpu_cores", "Processors of the machine.", ("", Environment.ProcessorCount))
            .Gauge("machine_memory_bytes", "Memory of the machine.", ("", Registration.Machine.MemoryInfo("MemTotal") * 1024.0))
            .Counter("container_cpu_usage_seconds_total", Cpu,
                [(Labels(Machine, Total), Seconds(reading.Machine)), .. containers.Select(item => (Labels(item.Identity, Total), Seconds(item.Container.Usage)))])
            .Gauge("container_memory_working_set_bytes", WorkingSet,
                [(Labels(Machine), reading.Machine.Total.MemoryWorkingSet), .. containers.Select(item => (Labels(item.Identity), (double)item.Container.Usage.Total.MemoryWorkingSet))])
            .Gauge("container_memory_rss", "Memory that is resident.",
                [(Labels(Machine), reading.Machine.Total.MemoryResident), .. containers.Select(item => (Labels(item.Identity), (double)item.Container.Usage.Total.MemoryResident))])
            .Gauge("container_spec_memory_limit_bytes", "What the container may use at most; 0 is no limit.",
                containers.Select(item => (Labels(item.Identity), MemoryLimit(item.Pod.Pod, item.Container.Name))))
            .Gauge("container_start_time_seconds", Started, containers.Select(item => (Labels(item.Identity), Seconds(item.Container.StartedAt))))
            .Gauge("container_last_seen", "When the container was last measured, since 1970.", containers.Select(item => (Labels(item.Identity), Seconds(item.Container.Usage.Total.Time))))
            .ToString();
    }

    public static string Resources(UsageReading reading)
    {
        (string Labels, ContainerUsage Container)[] containers = [.. reading.Pods.SelectMany(pod => pod.Containers.Select(container =>
            (MetricsText.Labels(("container", container.Name), ("namespace", pod.Pod.Metadata.NamespaceProperty), ("pod", pod.Pod.Metadata.Name)), container)))];
        (string Labels, PodUsage Pod)[] pods =
            [.. reading.Pods.Select(pod => (MetricsText.Labels(("namespace", pod.Pod.Metadata.NamespaceProperty), ("pod", pod.Pod.Metadata.Name)), pod))];
        return new MetricsText()
            .Counter("container_cpu_usage_seconds_total", Cpu, containers.Select(item => (item.Labels, Seconds(item.Container.Usage))))
            .Gauge("container_memory_working_set_bytes", WorkingSet, containers.Select(item => (item.Labels, (double)item.Container.Usage.Total.MemoryWorkingSet)))
            .Gauge("container_start_time_seconds", Started, containers.Select(item => (item.Labels, Seconds(item.Container.StartedAt))))
            .Counter("node_cpu_usage_seconds_total", Cpu, ("", Seconds(reading.Machine)))
            .Gauge("node_memory_working_set_bytes", WorkingSet, ("", reading.Machine.Total.MemoryWorkingSet))
            .Counter("pod_cpu_usage_seconds_total", Cpu, pods.Select(item => (item.Labels, item.Pod.Containers.Sum(container => Seconds(container.Usage)))))
            .Gauge("pod_memory_working_set_bytes", WorkingSet,
                pods.Select(item => (item.Labels, item.Pod.Containers.Sum(container => (double)container.Usage.Total.MemoryWorkingSet))))
            .Gauge("resource_scrape_error", "1 when something could not be measured.", ("", 0))
            .ToString();
    }

    private static string Identity(V1Pod pod, ContainerStatus container) => MetricsText.Labels(
        ("container", container.Name), ("id", $"/kubepods/pod{pod.Metadata.Uid}/{container.Id}"), ("image", container.Image), ("name", container.Id),
        ("namespace", pod.Metadata.NamespaceProperty), ("pod", pod.Metadata.Name))[1..^1];

    private static double MemoryLimit(V1Pod pod, string container) =>
        pod.Spec.Containers.FirstOrDefault(item => item.Name == container)?.Resources?.Limits?.TryGetValue("memory", out ResourceQuantity? limit) == true
            ? (double)limit.ToDecimal()
            : 0;

    private static double Seconds(Usage usage) => usage.Total.CpuNanoseconds / 1e9;

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;
}
