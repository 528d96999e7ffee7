// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Chameleon;

/// <summary>
/// One instance of a persona. What it does is drawn from a seed and its number: two with the same ones do the same, second by second, however often they
/// are asked by others meanwhile. One thread may step it while another one has it answer.
/// </summary>
internal sealed class Instance
{
    private const double MostRequestsAStep = 10_000;
    private readonly Random _random;
    private readonly Random _answers;
    private readonly double _phase;
    private readonly double _sigma;

    public Instance(Persona persona, int number, int seed)
    {
        Persona = persona;
        Name = $"{persona.Name}-{number}";
        _random = new Random(HashCode(persona.Name, number, seed));
        _answers = new Random(~HashCode(persona.Name, number, seed) & int.MaxValue);
        _phase = _random.NextDouble();
        // Of a log-normal distribution: 2.326 standard deviations lie between the median and the 99th percentile.
        _sigma = Math.Log(persona.P99Millis / persona.MedianMillis) / 2.326;
        Signals = new GoldenSignals();
    }

    public Persona Persona { get; }

    public string Name { get; }

    public GoldenSignals Signals { get; }

    /// <summary>Requests in a second, so long after its start.</summary>
    public double RateAt(double seconds)
    {
        double turn = (seconds / Persona.PeriodSeconds) + _phase;
        double place = turn - Math.Floor(turn);
        double factor = Persona.Shape switch
        {
            LoadShape.Diurnal => 1 + (Persona.Swing * Math.Sin(2 * Math.PI * place)),
            LoadShape.Burst => place < 0.1 ? 1 + (6 * Persona.Swing) : 1 - (Persona.Swing / 2),
            LoadShape.Sawtooth => 2 * place,
            _ => 1,
        };
        return Persona.Rate * factor;
    }

    public double MemoryAt(double seconds)
    {
        double turn = (seconds / Persona.PeriodSeconds) + _phase;
        double part = Persona.Shape == LoadShape.Leak ? 0.3 + (0.7 * (turn - Math.Floor(turn))) : 0.6 + (0.2 * RateAt(seconds) / Persona.Capacity);
        return Persona.MemoryMiB * part * (1 << 20);
    }

    /// <summary>The requests of a step of time; the ones that its log tells of are handed over.</summary>
    public void Step(double seconds, double length, int mostLogged, Action<Request> logged)
    {
        double rate = RateAt(seconds);
        double load = rate / Persona.Capacity;
        int count = Poisson(Math.Min(rate * length, MostRequestsAStep));
        for (int i = 0; i < count; i++)
        {
            Request request = Draw(_random, load);
            Signals.Count(request.Code, request.Seconds);
            if (i < mostLogged || request.Code >= 500)
                logged(request);
        }

        Signals.Saturation = Math.Min(1, load);
        Signals.MemoryBytes = MemoryAt(seconds);
    }

    /// <summary>One request of somebody else as the persona would answer it: how long it takes, and with which code it ends.</summary>
    public Request Answer() => Draw(_answers, Signals.Saturation);

    private Request Draw(Random random, double load)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        // A queue before a server that is nearly full.
        double crowded = 1 / Math.Max(0.1, 1 - Math.Min(0.9, load * load));
        double seconds = Persona.MedianMillis / 1000 * Math.Exp(normal * _sigma) * crowded;
        double chance = random.NextDouble();
        int code = chance < Persona.Errors ? 500 + (random.Next(2) * 3) : chance < Persona.Errors * 3 ? 404 : 200;
        return new Request(random.Next(), code, seconds);
    }

    private int Poisson(double mean)
    {
        if (mean > 30)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            return Math.Max(0, (int)Math.Round(mean + (normal * Math.Sqrt(mean))));
        }

        double limit = Math.Exp(-mean), product = _random.NextDouble();
        int count = 0;
        while (product > limit)
        {
            product *= _random.NextDouble();
            count++;
        }

        return count;
    }

    /// <summary>The same in every process, as <see cref="System.HashCode"/> is not.</summary>
    private static int HashCode(string name, int number, int seed)
    {
        uint hash = 2166136261 ^ (uint)seed;
        foreach (char letter in $"{name}/{number}")
            hash = (hash ^ letter) * 16777619;
        return (int)(hash & int.MaxValue);
    }
}

/// <summary>A request that was drawn: a number that names it, the code of the answer and the time that it took.</summary>
internal readonly record struct Request(int Id, int Code, double Seconds);
