;; What is asked of a row of logits for every token: four numbers at a time, where JavaScript takes them one by one.
;; A row lies at the start of the memory, filled up with -Infinity to whole blocks of 16 numbers; counts are of numbers.
(module
  (memory (export "memory") 1)

  ;; The largest, NaN passed over.
  (func (export "largest") (param $count i32) (result f32)
    (local $at i32) (local $end i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (local.set $a (f32x4.splat (f32.const -inf)))
    (local.set $b (local.get $a))
    (local.set $c (local.get $a))
    (local.set $d (local.get $a))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $a (f32x4.pmax (local.get $a) (v128.load (local.get $at))))
        (local.set $b (f32x4.pmax (local.get $b) (v128.load offset=16 (local.get $at))))
        (local.set $c (f32x4.pmax (local.get $c) (v128.load offset=32 (local.get $at))))
        (local.set $d (f32x4.pmax (local.get $d) (v128.load offset=48 (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (local.set $a (f32x4.pmax (f32x4.pmax (local.get $a) (local.get $b)) (f32x4.pmax (local.get $c) (local.get $d))))
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.max (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))

  ;; Start of the first block from `from` on, itself a block's start, that has a number above `least`; `count` if none has.
  (func (export "nextAbove") (param $from i32) (param $count i32) (param $least f32) (result i32)
    (local $at i32) (local $end i32) (local $bar v128)
    (local.set $at (i32.shl (local.get $from) (i32.const 2)))
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (local.set $bar (f32x4.splat (local.get $least)))
    (block $found
      (loop $next
        (br_if $found (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $found (v128.any_true (v128.or
          (v128.or
            (f32x4.gt (v128.load (local.get $at)) (local.get $bar))
            (f32x4.gt (v128.load offset=16 (local.get $at)) (local.get $bar)))
          (v128.or
            (f32x4.gt (v128.load offset=32 (local.get $at)) (local.get $bar))
            (f32x4.gt (v128.load offset=48 (local.get $at)) (local.get $bar))))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (i32.shr_u (local.get $at) (i32.const 2)))

  ;; The sum of 2^((x - most) * scale), x <= most: of 16 numbers in single precision, of these sums in double; with a scale
  ;; of 1 / ln 2 that is the sum of e^(x - most). What is smaller counts as 2^-125; NaN comes through. Behind the numbers
  ;; stand the sums of each block: four, of every fourth of its numbers.
  ;; e^y = 2^(k + f), where k is y / ln 2 rounded (by adding 1.5 * 2^23, which leaves it in the low bits) and |f| <= 1/2;
  ;; 2^f is the polynomial of fifth degree that is nowhere more than 7.5e-8 of it away (least squares, weighted anew
  ;; until all extremes are equal).
  (func (export "sumExponentials") (param $count i32) (param $most f32) (param $scale f32) (result f64)
    (local $at i32) (local $blockEnd i32) (local $end i32) (local $sums i32)
    (local $k v128) (local $f v128) (local $block v128) (local $low v128) (local $high v128)
    (local $top v128) (local $least v128) (local $factor v128) (local $rounder v128) (local $bias v128)
    (local $p0 v128) (local $p1 v128) (local $p2 v128) (local $p3 v128) (local $p4 v128) (local $p5 v128)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (local.set $top (f32x4.splat (local.get $most)))
    (local.set $sums (local.get $end))
    (local.set $least (f32x4.splat (f32.const -125)))
    (local.set $factor (f32x4.splat (local.get $scale)))
    (local.set $rounder (f32x4.splat (f32.const 12582912)))
    (local.set $bias (i32x4.splat (i32.const 127)))
    (local.set $p0 (f32x4.splat (f32.const 1.0000000716550441)))
    (local.set $p1 (f32x4.splat (f32.const 0.6931469670487524)))
    (local.set $p2 (f32x4.splat (f32.const 0.2402211972111776)))
    (local.set $p3 (f32x4.splat (f32.const 0.05550713305106931)))
    (local.set $p4 (f32x4.splat (f32.const 0.0096755415183595)))
    (local.set $p5 (f32x4.splat (f32.const 0.0013276460219892264)))
    (block $done
      (loop $nextBlock
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $blockEnd (i32.add (local.get $at) (i32.const 64)))
        (local.set $block (f32x4.splat (f32.const 0)))
        (loop $nextFour
          (local.set $f (f32x4.pmax
            (f32x4.mul (f32x4.sub (v128.load (local.get $at)) (local.get $top)) (local.get $factor))
            (local.get $least)))
          (local.set $k (f32x4.add (local.get $f) (local.get $rounder)))
          (local.set $f (f32x4.sub (local.get $f) (f32x4.sub (local.get $k) (local.get $rounder))))
          (local.set $block (f32x4.add (local.get $block) (f32x4.mul
            (i32x4.shl (i32x4.add (local.get $k) (local.get $bias)) (i32.const 23))
            (f32x4.add (local.get $p0) (f32x4.mul (local.get $f)
            (f32x4.add (local.get $p1) (f32x4.mul (local.get $f)
            (f32x4.add (local.get $p2) (f32x4.mul (local.get $f)
            (f32x4.add (local.get $p3) (f32x4.mul (local.get $f)
            (f32x4.add (local.get $p4) (f32x4.mul (local.get $f)
            (local.get $p5))))))))))))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $nextFour (i32.lt_u (local.get $at) (local.get $blockEnd))))
        (v128.store (local.get $sums) (local.get $block))
        (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
        (local.set $low (f64x2.add (local.get $low) (f64x2.promote_low_f32x4 (local.get $block))))
        (local.set $high (f64x2.add (local.get $high) (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $block) (local.get $block)))))
        (br $nextBlock)))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low)))))
