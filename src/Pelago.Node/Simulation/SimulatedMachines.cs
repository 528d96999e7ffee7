// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Pelago.Kube;
using Pelago.Node.Registration;

namespace Pelago.Node.Simulation;

/// <summary>What simulated nodes say of the machines that they are not.</summary>
internal static class SimulatedMachines
{
    /// <summary>
    /// Addresses that are reserved for ever and lead nowhere: whoever dials a simulated pod is refused by his own kernel, and reaches nobody by mistake.
    /// </summary>
    public static readonly Cidr4 Addresses = Cidr4.Parse("240.0.0.0/4");

    /// <summary>How long the prefix of each node's network is: a /24 as real nodes have, or more addresses where a node takes more pods.</summary>
    /// <exception cref="InvalidDataException">There are not so many addresses.</exception>
    public static int PrefixOf(SimulatedMachine machine, int nodes)
    {
        const int Usual = 24, AddressBits = 32;
        const long Reserved = 3; // the network's own, the node's, and the last
        long wanted = Math.Max(machine.Pods, 0) + Reserved;
        int prefix = Usual;
        while (1L << (AddressBits - prefix) < wanted && prefix > Addresses.PrefixLength)
            prefix--;
        return 1L << (AddressBits - prefix) >= wanted && nodes <= 1L << (prefix - Addresses.PrefixLength)
            ? prefix
            : throw new InvalidDataException($"{nodes} nodes of {machine.Pods} pods need more addresses than {Addresses} has: take fewer nodes, or fewer pods for each");
    }

    public static NodeDescription Describe(SimulatedMachine machine, V1NodeSystemInfo info, string name, string address, Cidr4 network)
    {
        string id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();
        return new NodeDescription
        {
            Name = name, Address = address, Labels = machine.Labels, Taints = [],
            Capacity = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal)
            {
                ["cpu"] = new(machine.Cpu), ["memory"] = new(machine.Memory), ["ephemeral-storage"] = new(machine.EphemeralStorage),
                ["pods"] = new(machine.Pods.ToString()),
            },
            Info = info with { MachineID = id, SystemUUID = id, BootID = id },
            PodNetwork = network.ToString(),
        };
    }
}
